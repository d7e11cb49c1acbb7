namespace Davit.Oci.Runtime.Reading;

/// <summary>Reads the document and its smaller parts (config.md).</summary>
internal static class SpecReader
{
    internal static Spec Document(ref DocumentReader reader)
    {
        var value = new Spec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "ociVersion" => value with { OciVersion = reader.Text() },
                "process" => value with { Process = ProcessReader.Process(ref reader) },
                "root" => value with { Root = Root(ref reader) },
                "hostname" => value with { Hostname = reader.Text() },
                "domainname" => value with { Domainname = reader.Text() },
                "mounts" => value with { Mounts = reader.List(Mount) },
                "hooks" => value with { Hooks = Hooks(ref reader) },
                "annotations" => value with { Annotations = reader.TextMap() },
                "linux" => value with { Linux = LinuxReader.Linux(ref reader) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "ociVersion");
        return value;
    }

    internal static HooksSpec Hooks(ref DocumentReader reader)
    {
        var value = new HooksSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "prestart" => value with { Prestart = reader.List(Hook) },
                "createRuntime" => value with { CreateRuntime = reader.List(Hook) },
                "createContainer" => value with { CreateContainer = reader.List(Hook) },
                "startContainer" => value with { StartContainer = reader.List(Hook) },
                "poststart" => value with { Poststart = reader.List(Hook) },
                "poststop" => value with { Poststop = reader.List(Hook) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static HookSpec Hook(ref DocumentReader reader)
    {
        var value = new HookSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "path" => value with { Path = reader.Text() },
                "args" => value with { Args = reader.Texts() },
                "env" => value with { Env = reader.Texts() },
                "timeout" => value with { Timeout = reader.Number<int>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "path");
        return value;
    }

    internal static MountSpec Mount(ref DocumentReader reader)
    {
        var value = new MountSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "destination" => value with { Destination = reader.Text() },
                "type" => value with { Type = reader.Text() },
                "source" => value with { Source = reader.Text() },
                "options" => value with { Options = reader.Texts() },
                "uidMappings" => value with { UidMappings = reader.List(LinuxReader.IdMapping) },
                "gidMappings" => value with { GidMappings = reader.List(LinuxReader.IdMapping) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "destination");
        return value;
    }

    internal static RootSpec Root(ref DocumentReader reader)
    {
        var value = new RootSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "path" => value with { Path = reader.Text() },
                "readonly" => value with { Readonly = reader.Flag() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "path");
        return value;
    }
}
