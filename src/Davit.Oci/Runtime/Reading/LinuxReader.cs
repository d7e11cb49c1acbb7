namespace Davit.Oci.Runtime.Reading;

/// <summary>Reads <c>linux</c> (config-linux.md).</summary>
internal static class LinuxReader
{
    internal static LinuxSpec Linux(ref DocumentReader reader)
    {
        var value = new LinuxSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "uidMappings" => value with { UidMappings = reader.List(IdMapping) },
                "gidMappings" => value with { GidMappings = reader.List(IdMapping) },
                "sysctl" => value with { Sysctl = reader.TextMap() },
                "resources" => value with { Resources = ResourcesReader.Resources(ref reader) },
                "cgroupsPath" => value with { CgroupsPath = reader.Text() },
                "namespaces" => value with { Namespaces = reader.List(Namespace) },
                "devices" => value with { Devices = reader.List(Device) },
                "seccomp" => value with { Seccomp = SeccompReader.Seccomp(ref reader) },
                "rootfsPropagation" => value with { RootfsPropagation = reader.Text() },
                "maskedPaths" => value with { MaskedPaths = reader.Texts() },
                "readonlyPaths" => value with { ReadonlyPaths = reader.Texts() },
                "mountLabel" => value with { MountLabel = reader.Text() },
                "intelRdt" => value with { IntelRdt = IntelRdt(ref reader) },
                "personality" => value with { Personality = Personality(ref reader) },
                "timeOffsets" => value with { TimeOffsets = reader.Map(TimeOffset) },
                "memoryPolicy" => value with { MemoryPolicy = MemoryPolicy(ref reader) },
                "netDevices" => value with { NetDevices = reader.Map(NetDevice) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static IdMapping IdMapping(ref DocumentReader reader)
    {
        var value = new IdMapping();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "containerID" => value with { ContainerID = reader.Number<uint>() },
                "hostID" => value with { HostID = reader.Number<uint>() },
                "size" => value with { Size = reader.Number<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "containerID", "hostID", "size");
        return value;
    }

    internal static NamespaceSpec Namespace(ref DocumentReader reader)
    {
        var value = new NamespaceSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "type" => value with { Type = reader.Text() },
                "path" => value with { Path = reader.Text() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "type");
        return value;
    }

    internal static DeviceSpec Device(ref DocumentReader reader)
    {
        var value = new DeviceSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "path" => value with { Path = reader.Text() },
                "type" => value with { Type = reader.Text() },
                "major" => value with { Major = reader.Number<long>() },
                "minor" => value with { Minor = reader.Number<long>() },
                "fileMode" => value with { FileMode = reader.Number<uint>() },
                "uid" => value with { Uid = reader.Number<uint>() },
                "gid" => value with { Gid = reader.Number<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "path", "type");
        return value;
    }

    internal static PersonalitySpec Personality(ref DocumentReader reader)
    {
        var value = new PersonalitySpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "domain" => value with { Domain = reader.Text() },
                "flags" => value with { Flags = reader.Texts() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "domain");
        return value;
    }

    internal static TimeOffsetSpec TimeOffset(ref DocumentReader reader)
    {
        var value = new TimeOffsetSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "secs" => value with { Secs = reader.Number<long>() },
                "nanosecs" => value with { Nanosecs = reader.Number<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static IntelRdtSpec IntelRdt(ref DocumentReader reader)
    {
        var value = new IntelRdtSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "closID" => value with { ClosID = reader.Text() },
                "schemata" => value with { Schemata = reader.Texts() },
                "l3CacheSchema" => value with { L3CacheSchema = reader.Text() },
                "memBwSchema" => value with { MemBwSchema = reader.Text() },
                "enableMonitoring" => value with { EnableMonitoring = reader.Flag() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static MemoryPolicySpec MemoryPolicy(ref DocumentReader reader)
    {
        var value = new MemoryPolicySpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "mode" => value with { Mode = reader.Text() },
                "nodes" => value with { Nodes = reader.Text() },
                "flags" => value with { Flags = reader.Texts() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "mode");
        return value;
    }

    internal static NetDeviceSpec NetDevice(ref DocumentReader reader)
    {
        var value = new NetDeviceSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "name" => value with { Name = reader.Text() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }
}
