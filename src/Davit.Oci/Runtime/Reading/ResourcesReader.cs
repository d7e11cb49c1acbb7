namespace Davit.Oci.Runtime.Reading;

/// <summary>Reads <c>linux.resources</c> (config-linux.md, "Control groups").</summary>
internal static class ResourcesReader
{
    internal static ResourcesSpec Resources(ref DocumentReader reader)
    {
        var value = new ResourcesSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "devices" => value with { Devices = reader.List(DeviceCgroup) },
                "memory" => value with { Memory = Memory(ref reader) },
                "cpu" => value with { Cpu = Cpu(ref reader) },
                "pids" => value with { Pids = Pids(ref reader) },
                "blockIO" => value with { BlockIO = BlockIo(ref reader) },
                "hugepageLimits" => value with { HugepageLimits = reader.List(HugepageLimit) },
                "network" => value with { Network = NetworkCgroup(ref reader) },
                "rdma" => value with { Rdma = reader.Map(Rdma) },
                "unified" => value with { Unified = reader.TextMap() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static DeviceCgroupSpec DeviceCgroup(ref DocumentReader reader)
    {
        var value = new DeviceCgroupSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "allow" => value with { Allow = reader.Flag() },
                "type" => value with { Type = reader.Text() },
                "major" => value with { Major = reader.Number<long>() },
                "minor" => value with { Minor = reader.Number<long>() },
                "access" => value with { Access = reader.Text() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "allow");
        return value;
    }

    internal static MemorySpec Memory(ref DocumentReader reader)
    {
        var value = new MemorySpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "limit" => value with { Limit = reader.Number<long>() },
                "reservation" => value with { Reservation = reader.Number<long>() },
                "swap" => value with { Swap = reader.Number<long>() },
                "kernel" => value with { Kernel = reader.Number<long>() },
                "kernelTCP" => value with { KernelTCP = reader.Number<long>() },
                "swappiness" => value with { Swappiness = reader.Number<ulong>() },
                "disableOOMKiller" => value with { DisableOOMKiller = reader.Flag() },
                "useHierarchy" => value with { UseHierarchy = reader.Flag() },
                "checkBeforeUpdate" => value with { CheckBeforeUpdate = reader.Flag() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static CpuSpec Cpu(ref DocumentReader reader)
    {
        var value = new CpuSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "shares" => value with { Shares = reader.Number<ulong>() },
                "quota" => value with { Quota = reader.Number<long>() },
                "burst" => value with { Burst = reader.Number<ulong>() },
                "period" => value with { Period = reader.Number<ulong>() },
                "realtimeRuntime" => value with { RealtimeRuntime = reader.Number<long>() },
                "realtimePeriod" => value with { RealtimePeriod = reader.Number<ulong>() },
                "cpus" => value with { Cpus = reader.Text() },
                "mems" => value with { Mems = reader.Text() },
                "idle" => value with { Idle = reader.Number<long>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static PidsSpec Pids(ref DocumentReader reader)
    {
        var value = new PidsSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "limit" => value with { Limit = reader.Number<long>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static BlockIoSpec BlockIo(ref DocumentReader reader)
    {
        var value = new BlockIoSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "weight" => value with { Weight = reader.Number<ushort>() },
                "leafWeight" => value with { LeafWeight = reader.Number<ushort>() },
                "weightDevice" => value with { WeightDevice = reader.List(WeightDevice) },
                "throttleReadBpsDevice" => value with { ThrottleReadBpsDevice = reader.List(ThrottleDevice) },
                "throttleWriteBpsDevice" => value with { ThrottleWriteBpsDevice = reader.List(ThrottleDevice) },
                "throttleReadIOPSDevice" => value with { ThrottleReadIOPSDevice = reader.List(ThrottleDevice) },
                "throttleWriteIOPSDevice" => value with { ThrottleWriteIOPSDevice = reader.List(ThrottleDevice) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static WeightDeviceSpec WeightDevice(ref DocumentReader reader)
    {
        var value = new WeightDeviceSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "major" => value with { Major = reader.Number<long>() },
                "minor" => value with { Minor = reader.Number<long>() },
                "weight" => value with { Weight = reader.Number<ushort>() },
                "leafWeight" => value with { LeafWeight = reader.Number<ushort>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "major", "minor");
        return value;
    }

    internal static ThrottleDeviceSpec ThrottleDevice(ref DocumentReader reader)
    {
        var value = new ThrottleDeviceSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "major" => value with { Major = reader.Number<long>() },
                "minor" => value with { Minor = reader.Number<long>() },
                "rate" => value with { Rate = reader.Number<ulong>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "major", "minor", "rate");
        return value;
    }

    internal static HugepageLimitSpec HugepageLimit(ref DocumentReader reader)
    {
        var value = new HugepageLimitSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "pageSize" => value with { PageSize = reader.Text() },
                "limit" => value with { Limit = reader.Number<ulong>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "pageSize", "limit");
        return value;
    }

    internal static NetworkCgroupSpec NetworkCgroup(ref DocumentReader reader)
    {
        var value = new NetworkCgroupSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "classID" => value with { ClassID = reader.Number<uint>() },
                "priorities" => value with { Priorities = reader.List(InterfacePriority) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static InterfacePrioritySpec InterfacePriority(ref DocumentReader reader)
    {
        var value = new InterfacePrioritySpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "name" => value with { Name = reader.Text() },
                "priority" => value with { Priority = reader.Number<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "name", "priority");
        return value;
    }

    internal static RdmaSpec Rdma(ref DocumentReader reader)
    {
        var value = new RdmaSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "hcaHandles" => value with { HcaHandles = reader.Number<uint>() },
                "hcaObjects" => value with { HcaObjects = reader.Number<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }
}
