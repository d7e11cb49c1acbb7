namespace Davit.Oci.Runtime.Reading;

/// <summary>Reads <c>process</c> and what is in it (config.md, "Process").</summary>
internal static class ProcessReader
{
    internal static ProcessSpec Process(ref DocumentReader reader)
    {
        var value = new ProcessSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "terminal" => value with { Terminal = reader.Flag() },
                "consoleSize" => value with { ConsoleSize = ConsoleSize(ref reader) },
                "user" => value with { User = User(ref reader) },
                "args" => value with { Args = reader.Texts() },
                "env" => value with { Env = reader.Texts() },
                "cwd" => value with { Cwd = reader.Text() },
                "capabilities" => value with { Capabilities = Capabilities(ref reader) },
                "rlimits" => value with { Rlimits = reader.List(Rlimit) },
                "noNewPrivileges" => value with { NoNewPrivileges = reader.Flag() },
                "apparmorProfile" => value with { ApparmorProfile = reader.Text() },
                "oomScoreAdj" => value with { OomScoreAdj = reader.Number<int>() },
                "scheduler" => value with { Scheduler = Scheduler(ref reader) },
                "selinuxLabel" => value with { SelinuxLabel = reader.Text() },
                "ioPriority" => value with { IoPriority = IoPriority(ref reader) },
                "execCPUAffinity" => value with { ExecCPUAffinity = ExecCpuAffinity(ref reader) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "cwd");
        return value;
    }

    internal static ConsoleSize ConsoleSize(ref DocumentReader reader)
    {
        var value = new ConsoleSize();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "height" => value with { Height = reader.Number<uint>() },
                "width" => value with { Width = reader.Number<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "height", "width");
        return value;
    }

    internal static UserSpec User(ref DocumentReader reader)
    {
        var value = new UserSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "uid" => value with { Uid = reader.Number<uint>() },
                "gid" => value with { Gid = reader.Number<uint>() },
                "umask" => value with { Umask = reader.Number<uint>() },
                "additionalGids" => value with { AdditionalGids = reader.Numbers<uint>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "uid", "gid");
        return value;
    }

    internal static CapabilitiesSpec Capabilities(ref DocumentReader reader)
    {
        var value = new CapabilitiesSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "bounding" => value with { Bounding = reader.Texts() },
                "effective" => value with { Effective = reader.Texts() },
                "inheritable" => value with { Inheritable = reader.Texts() },
                "permitted" => value with { Permitted = reader.Texts() },
                "ambient" => value with { Ambient = reader.Texts() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }

    internal static RlimitSpec Rlimit(ref DocumentReader reader)
    {
        var value = new RlimitSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "type" => value with { Type = reader.Text() },
                "soft" => value with { Soft = reader.Number<ulong>() },
                "hard" => value with { Hard = reader.Number<ulong>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "type", "soft", "hard");
        return value;
    }

    internal static SchedulerSpec Scheduler(ref DocumentReader reader)
    {
        var value = new SchedulerSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "policy" => value with { Policy = reader.Text() },
                "nice" => value with { Nice = reader.Number<int>() },
                "priority" => value with { Priority = reader.Number<int>() },
                "flags" => value with { Flags = reader.Texts() },
                "runtime" => value with { Runtime = reader.Number<ulong>() },
                "deadline" => value with { Deadline = reader.Number<ulong>() },
                "period" => value with { Period = reader.Number<ulong>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "policy");
        return value;
    }

    internal static IoPrioritySpec IoPriority(ref DocumentReader reader)
    {
        var value = new IoPrioritySpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "class" => value with { Class = reader.Text() },
                "priority" => value with { Priority = reader.Number<int>() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "class", "priority");
        return value;
    }

    internal static ExecCpuAffinitySpec ExecCpuAffinity(ref DocumentReader reader)
    {
        var value = new ExecCpuAffinitySpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "initial" => value with { Initial = reader.Text() },
                "final" => value with { Final = reader.Text() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members);
        return value;
    }
}
