using System.Runtime.CompilerServices;
using Davit.Linux.Seccomp;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Seccomp;

/// <summary>System call filters of specifications as programs for the kernel. A profile object is compiled once, however many containers use it.</summary>
public sealed class SeccompFilter
{
    /// <summary>Architectures of other machines, as libseccomp 2.6 names them.</summary>
    internal static readonly IReadOnlyList<string> Foreign =
    [
        "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
        "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB",
    ];

    private readonly ConditionalWeakTable<SeccompSpec, byte[]> _compiled = [];

    /// <summary>The program of a profile (<c>struct sock_filter[]</c>).</summary>
    /// <exception cref="DavitException">The profile names what does not exist.</exception>
    public byte[] Compile(SeccompSpec spec) => _compiled.GetValue(spec, static s => Program(s));

    /// <summary>Flags for seccomp(2).</summary>
    public static uint Flags(SeccompSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);

        // without a list: speculation control stays the process's own choice (SPEC_ALLOW), as runc has it
        if (spec.Flags is null) return 4;
        uint flags = 0;
        foreach (var name in spec.Flags)
        {
            flags |= name switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => 1u,
                "SECCOMP_FILTER_FLAG_LOG" => 2u,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => 4u,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => Notifies(spec) ? 0x20u : 0u, // means something with a listener only
                _ => throw new DavitException(ErrorKind.InvalidArgument, $"seccomp flag \"{name}\" is unknown"),
            };
        }

        return flags;
    }

    /// <summary>True when a profile leaves decisions to a listener.</summary>
    internal static bool Notifies(SeccompSpec spec) => spec.Syscalls?.Any(r => r.Action == "SCMP_ACT_NOTIFY") == true;

    private static byte[] Program(SeccompSpec spec)
    {
        if (spec.DefaultAction == "SCMP_ACT_NOTIFY") throw new DavitException(ErrorKind.InvalidArgument, "SCMP_ACT_NOTIFY cannot be used as default action", "name the system calls");

        // the start itself writes to its parent after the filter is loaded, and would wait for a listener that nobody has yet
        if (spec.Syscalls?.Any(r => r.Action == "SCMP_ACT_NOTIFY" && r.Names.Contains("write")) == true)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "SCMP_ACT_NOTIFY cannot be used for the write syscall", "leave write out of the rule");
        }

        CheckErrno(spec.DefaultAction, spec.DefaultErrnoRet);
        foreach (var rule in spec.Syscalls ?? [])
        {
            if (rule.Names.Count == 0) throw new DavitException(ErrorKind.InvalidArgument, $"seccomp rule for {rule.Action} names no system call", "name at least one");
            CheckErrno(rule.Action, rule.ErrnoRet);
        }

        if (!string.IsNullOrEmpty(spec.ListenerMetadata) && string.IsNullOrEmpty(spec.ListenerPath)) throw new DavitException(ErrorKind.InvalidArgument, "seccomp listenerMetadata is set without listenerPath", "set both or none");
        var rules = (spec.Syscalls ?? []).Select(r => new SeccompRule(r.Names, Action(r.Action, r.ErrnoRet), [.. (r.Args ?? []).Select(Condition)])).ToList();
        return SeccompCompiler.Compile([.. (spec.Architectures ?? []).Select(Architecture).OfType<SeccompArchitecture>()], Action(spec.DefaultAction, spec.DefaultErrnoRet), rules);
    }

    private static void CheckErrno(string action, uint? number)
    {
        if (number is not null && action is not ("SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE")) throw new DavitException(ErrorKind.InvalidArgument, $"errnoRet {number} is set for seccomp action \"{action}\", which takes none", "leave errnoRet out");
    }

    private static uint Action(string name, uint? number) => name switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SeccompReturn.KillThread,
        "SCMP_ACT_KILL_PROCESS" => SeccompReturn.KillProcess,
        "SCMP_ACT_TRAP" => SeccompReturn.Trap,
        "SCMP_ACT_ERRNO" => SeccompReturn.Errno | ((number ?? 1) & 0xffff),
        "SCMP_ACT_TRACE" => SeccompReturn.Trace | ((number ?? 1) & 0xffff),
        "SCMP_ACT_LOG" => SeccompReturn.Log,
        "SCMP_ACT_ALLOW" => SeccompReturn.Allow,
        "SCMP_ACT_NOTIFY" => SeccompReturn.Notify,
        _ => throw new DavitException(ErrorKind.InvalidArgument, $"string \"{name}\" is not a valid action for seccomp"),
    };

    private static SeccompCondition Condition(SyscallArgument argument)
    {
        if (argument.Index > 5) throw new DavitException(ErrorKind.InvalidArgument, $"seccomp argument index {argument.Index} is not 0 to 5");
        var comparison = argument.Op switch
        {
            "SCMP_CMP_NE" => SeccompComparison.NotEqual,
            "SCMP_CMP_LT" => SeccompComparison.Less,
            "SCMP_CMP_LE" => SeccompComparison.LessOrEqual,
            "SCMP_CMP_EQ" => SeccompComparison.Equal,
            "SCMP_CMP_GE" => SeccompComparison.GreaterOrEqual,
            "SCMP_CMP_GT" => SeccompComparison.Greater,
            "SCMP_CMP_MASKED_EQ" => SeccompComparison.MaskedEqual,
            _ => throw new DavitException(ErrorKind.InvalidArgument, $"string \"{argument.Op}\" is not a valid operator for seccomp"),
        };
        return new((int)argument.Index, comparison, argument.Value, argument.ValueTwo);
    }

    /// <summary>Other machines' architectures in a profile mean nothing here.</summary>
    private static SeccompArchitecture? Architecture(string name) => name switch
    {
        "SCMP_ARCH_X86_64" => SeccompArchitecture.X64,
        "SCMP_ARCH_X86" => SeccompArchitecture.X86,
        "SCMP_ARCH_X32" => SeccompArchitecture.X32,
        _ when Foreign.Contains(name) => null,
        _ => throw new DavitException(ErrorKind.InvalidArgument, $"string \"{name}\" is not a valid arch for seccomp"),
    };
}
