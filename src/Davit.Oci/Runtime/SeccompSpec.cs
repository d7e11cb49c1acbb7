using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>System call filter (config-linux.md, "Seccomp").</summary>
public sealed record SeccompSpec
{
    /// <summary>Action for calls without a rule.</summary>
    [JsonRequired]
    public string DefaultAction { get; init; } = "";

    /// <summary>Error number of the default action.</summary>
    public uint? DefaultErrnoRet { get; init; }

    /// <summary>For example <c>SCMP_ARCH_X86_64</c>.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>SECCOMP_FILTER_FLAG_ names.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Socket that gets the notify descriptor.</summary>
    public string? ListenerPath { get; init; }

    /// <summary>Opaque data for the listener.</summary>
    public string? ListenerMetadata { get; init; }

    /// <summary>Rules.</summary>
    public IReadOnlyList<SyscallRule>? Syscalls { get; init; }
}

/// <summary>One rule.</summary>
public sealed record SyscallRule
{
    /// <summary>System calls.</summary>
    [JsonRequired]
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>For example <c>SCMP_ACT_ALLOW</c>.</summary>
    [JsonRequired]
    public string Action { get; init; } = "";

    /// <summary>Error number of SCMP_ACT_ERRNO or TRACE.</summary>
    public uint? ErrnoRet { get; init; }

    /// <summary>Conditions, all of which must hold.</summary>
    public IReadOnlyList<SyscallArgument>? Args { get; init; }
}

/// <summary>Condition on an argument.</summary>
public sealed record SyscallArgument
{
    /// <summary>0 to 5.</summary>
    [JsonRequired]
    public uint Index { get; init; }

    /// <summary>Value to compare with.</summary>
    [JsonRequired]
    public ulong Value { get; init; }

    /// <summary>Second value of a masked comparison.</summary>
    public ulong ValueTwo { get; init; }

    /// <summary><c>SCMP_CMP_NE LT LE EQ GE GT MASKED_EQ</c>.</summary>
    [JsonRequired]
    public string Op { get; init; } = "";
}
