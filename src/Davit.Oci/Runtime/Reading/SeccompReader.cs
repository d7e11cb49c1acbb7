namespace Davit.Oci.Runtime.Reading;

/// <summary>Reads <c>linux.seccomp</c> (config-linux.md, "Seccomp").</summary>
internal static class SeccompReader
{
    internal static SeccompSpec Seccomp(ref DocumentReader reader)
    {
        var value = new SeccompSpec();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "defaultAction" => value with { DefaultAction = reader.Text() },
                "defaultErrnoRet" => value with { DefaultErrnoRet = reader.Number<uint>() },
                "architectures" => value with { Architectures = reader.Texts() },
                "flags" => value with { Flags = reader.Texts() },
                "listenerPath" => value with { ListenerPath = reader.Text() },
                "listenerMetadata" => value with { ListenerMetadata = reader.Text() },
                "syscalls" => value with { Syscalls = reader.List(SyscallRule) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "defaultAction");
        return value;
    }

    internal static SyscallRule SyscallRule(ref DocumentReader reader)
    {
        var value = new SyscallRule();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "names" => value with { Names = reader.Texts() },
                "action" => value with { Action = reader.Text() },
                "errnoRet" => value with { ErrnoRet = reader.Number<uint>() },
                "args" => value with { Args = reader.List(SyscallArgument) },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "names", "action");
        return value;
    }

    internal static SyscallArgument SyscallArgument(ref DocumentReader reader)
    {
        var value = new SyscallArgument();
        var members = reader.Begin();
        while (reader.Next(members, out var name))
        {
            value = name switch
            {
                "index" => value with { Index = reader.Number<uint>() },
                "value" => value with { Value = reader.Number<ulong>() },
                "valueTwo" => value with { ValueTwo = reader.Number<ulong>() },
                "op" => value with { Op = reader.Text() },
                _ => reader.Skip(value),
            };
        }

        reader.End(members, "index", "value", "op");
        return value;
    }
}
