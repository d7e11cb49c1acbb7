using System.Runtime.InteropServices;
using Davit.Linux;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that give a process its streams, limits, identity and rights, and execute it.</summary>
internal static class ProcessSteps
{
    private const int PrSetPdeathsig = 1;
    private const int PrSetDumpable = 4;
    private const int PrSetKeepCaps = 8;
    private const int PrCapBsetDrop = 24;
    private const int PrSetNoNewPrivs = 38;
    private const int PrCapAmbient = 47;

    private static readonly string[] Limits =
        ["RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME"];

    /// <summary>Steps that need the host's /proc, before the root is entered.</summary>
    internal static void Prepare(ProgramWriter writer, ProcessSpec process, PlanOptions options, bool userNamespace)
    {
        if (process.OomScoreAdj is { } score)
        {
            // lowering it needs CAP_SYS_RESOURCE, which root lacks on small virtual machines
            var what = $"set oom_score_adj to {score}{(options.Host!.MayRaiseLimits ? "" : " (lowering it needs CAP_SYS_RESOURCE)")}";
            WriteOwn(writer, what, "/proc/self/oom_score_adj", $"{score}", userNamespace, tolerateDenial: !options.Exact && !options.Host!.MayRaiseLimits);
        }

        if (!string.IsNullOrEmpty(process.SelinuxLabel))
        {
            if (!options.Host!.SeLinux) throw new DavitException(ErrorKind.FailedPrecondition, $"selinux label \"{process.SelinuxLabel}\" is specified in config, but selinux is disabled or not supported", "leave the label out");
            writer.Add("open SELinux's attribute", SystemCall.Open, writer.String("/proc/self/attr/exec"), 1 | RootSteps.OCloseOnExec);
            writer.Last(result: Slot.AppArmor);
            CheckProc(writer, "open SELinux's attribute", Slot.AppArmor);
        }

        if (string.IsNullOrEmpty(process.ApparmorProfile) || process.ApparmorProfile == "unconfined") return;
        if (!options.Host!.AppArmor) throw new DavitException(ErrorKind.FailedPrecondition, $"AppArmor profile \"{process.ApparmorProfile}\" is asked for, and this kernel has no AppArmor", "leave the profile out");
        writer.Add("open AppArmor's attribute", SystemCall.Open, writer.String("/proc/self/attr/apparmor/exec"), 1 | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.AppArmor, tolerate: 2, skipOnSuccess: 1);
        writer.Add("open AppArmor's attribute", SystemCall.Open, writer.String("/proc/self/attr/exec"), 1 | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.AppArmor);
        CheckProc(writer, "open AppArmor's attribute", Slot.AppArmor);
    }

    /// <summary>What is written to /proc must arrive in procfs, whatever is mounted there.</summary>
    internal static void CheckProc(ProgramWriter writer, string what, int slot) => writer.Add($"{what}: /proc is not procfs", SystemCall.CheckProc, slot);

    /// <summary>
    /// Keeps other processes of the container from tracing this one, which holds the runtime's memory and descriptors until it is executed (the class of
    /// CVE-2016-9962). An ordinary user's runtime must trace its child itself.
    /// </summary>
    internal static void Hide(ProgramWriter writer)
    {
        if (Environment.IsPrivilegedProcess) writer.Add("hide from the container", SystemCall.Prctl, PrSetDumpable, 0, 0, 0, 0);
    }

    /// <summary>
    /// Writes a file of the process's own /proc. After a change of the user these belong to the host's root, until the process may be looked at again; that
    /// lasts for this write alone, since whoever may look could read this copy of the runtime's memory.
    /// </summary>
    internal static void WriteOwn(ProgramWriter writer, string what, string path, string text, bool userNamespace, bool tolerateDenial = false)
    {
        if (userNamespace) writer.Add(what, SystemCall.Prctl, PrSetDumpable, 1, 0, 0, 0);
        writer.Add(what, SystemCall.Open, writer.String(path), 1 | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.Scratch);
        if (userNamespace) writer.Add(what, SystemCall.Prctl, PrSetDumpable, 0, 0, 0, 0);
        CheckProc(writer, what, Slot.Scratch);
        writer.Add(what, SystemCall.Write, Argument.Slot(Slot.Scratch), writer.String(text), System.Text.Encoding.UTF8.GetByteCount(text));
        if (tolerateDenial) writer.Last(tolerate: 13, tolerate1: 1);
        RootSteps.Close(writer, Slot.Scratch);
    }

    /// <summary>Steps from inside the root to the exec.</summary>
    internal static void Execute(ProgramWriter writer, ProcessSpec process, LinuxSpec? linux, PlanOptions options, bool ownTerminal)
    {
        if (process.Args is not { Count: > 0 } arguments) throw new DavitException(ErrorKind.InvalidArgument, "no command specified", "give the process arguments");
        writer.Add("setsid", SystemCall.Setsid);
        var user = process.User ?? new UserSpec();
        if (process.Terminal) Terminal(writer, process, options, user, ownTerminal);
        else
        {
            for (var i = 0; i < 3; i++)
            {
                writer.Add("take the standard streams", SystemCall.Dup3, Argument.Slot(Slot.Stdin + i), i, 0);

                // EINVAL: the descriptor stands at its place already
                writer.Last(tolerate: 22);
            }

            if (user.Uid != 0) writer.Add("give the streams to the user", SystemCall.OwnStreams, user.Uid);
        }

        if (!options.NoNewKeyring)
        {
            writer.Add("join a session keyring", SystemCall.Keyctl, 1, 0);
            writer.Last(tolerate: 38, tolerate1: 1, tolerate2: 122);
        }

        foreach (var limit in process.Rlimits ?? []) Limit(writer, limit, options);
        SchedulingSteps.Apply(writer, process, linux);
        if (!process.NoNewPrivileges) SeccompSteps.Load(writer, options, linux?.Seccomp);
        Identity(writer, process, user, options, Grantable(process.Capabilities, linux, options));
        if (process.NoNewPrivileges)
        {
            writer.Add("set no_new_privs", SystemCall.Prctl, PrSetNoNewPrivs, 1, 0, 0, 0);
        }

        if (!string.IsNullOrEmpty(process.ApparmorProfile) && process.ApparmorProfile != "unconfined")
        {
            writer.Add(LaunchErrors.ApplyAppArmor + process.ApparmorProfile, SystemCall.Write, Argument.Slot(Slot.AppArmor), writer.String("exec " + process.ApparmorProfile), System.Text.Encoding.UTF8.GetByteCount(process.ApparmorProfile) + 5);
        }

        if (!string.IsNullOrEmpty(process.SelinuxLabel))
        {
            writer.Add($"apply SELinux label {process.SelinuxLabel}", SystemCall.Write, Argument.Slot(Slot.AppArmor), writer.String(process.SelinuxLabel), System.Text.Encoding.UTF8.GetByteCount(process.SelinuxLabel));
        }

        if (options.DieWithParent)
        {
            writer.Add("follow the parent into death", SystemCall.Prctl, PrSetPdeathsig, 9, 0, 0, 0);
            writer.Add("find the parent", SystemCall.CheckParent);
        }

        // a listener is handed over while the parent still listens, which ends at the gate
        var notifies = linux?.Seccomp is { } profile && Seccomp.SeccompFilter.Notifies(profile);
        if (process.NoNewPrivileges && notifies) SeccompSteps.Load(writer, options, linux?.Seccomp);
        if (options.StartGate is not null) WaitAtGate(writer, process, arguments, options);
        else if (options.StartsByParent) PlanBuilder.Ask(writer, HookPoint.Start);
        if (process.NoNewPrivileges && !notifies) SeccompSteps.Load(writer, options, linux?.Seccomp);
        writer.Add("close descriptors", SystemCall.CloseDescriptors, 3 + options.PreserveDescriptors);
        writer.Add("unblock signals", SystemCall.RtSigprocmask, 2, writer.Words(0), 0, 8);
        Exec(writer, process, arguments);
    }

    private static void Terminal(ProgramWriter writer, ProcessSpec process, PlanOptions options, UserSpec user, bool console)
    {
        const string What = "open a terminal";
        writer.Add(What, SystemCall.Open, writer.String("/dev/pts/ptmx"), 2 | 0x100 | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.Master);
        writer.Add(What, SystemCall.Ioctl, Argument.Slot(Slot.Master), 0x40045431, writer.Words(0));
        writer.Add(What, SystemCall.Ioctl, Argument.Slot(Slot.Master), 0x5441, 2 | 0x100);
        writer.Last(result: Slot.Slave);
        var size = process.ConsoleSize is { Width: > 0 } asked ? ((int)asked.Width, (int)asked.Height) : options.TerminalSize;
        if (size.Item1 > 0 && size.Item2 > 0)
        {
            var words = writer.Bytes(MemoryMarshal.AsBytes<ushort>([(ushort)size.Item2, (ushort)size.Item1, 0, 0]));
            writer.Add(What, SystemCall.Ioctl, Argument.Slot(Slot.Slave), 0x5414, Argument.Data(words));
        }

        writer.Add(What, SystemCall.Fchown, Argument.Slot(Slot.Slave), user.Uid, -1);
        writer.Last(tolerate: 22, tolerate1: 1);
        if (console)
        {
            writer.Add("make /dev/console", SystemCall.Mknodat, -100, writer.String("/dev/console"), 0x8000 | 0x180, 0);
            writer.Last(tolerate: 17);
            writer.Add("make /dev/console", SystemCall.OpenTree, Argument.Slot(Slot.Slave), writer.String(""), 1 | RootSteps.OCloseOnExec | 0x1000);
            writer.Last(result: Slot.Tree);
            writer.Add("make /dev/console", SystemCall.MoveMount, Argument.Slot(Slot.Tree), writer.String(""), -100, writer.String("/dev/console"), 4);
            RootSteps.Close(writer, Slot.Tree);
        }

        writer.Add("take the terminal", SystemCall.Ioctl, Argument.Slot(Slot.Slave), 0x540e, 0);
        for (var i = 0; i < 3; i++) writer.Add("take the terminal", SystemCall.Dup3, Argument.Slot(Slot.Slave), i, 0);
        writer.Add("hand the terminal over", SystemCall.HandOver, LaunchReport.TerminalReady, Slot.Master);
        writer.Add("wait for the parent", SystemCall.Gate, Slot.Parent);
        writer.Header = writer.Header with { Terminal = 1 };
    }

    private static void Limit(ProgramWriter writer, RlimitSpec limit, PlanOptions options)
    {
        var number = Array.IndexOf(Limits, limit.Type);
        if (number < 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid rlimit type: {limit.Type}", "use " + string.Join(", ", Limits));
        var (soft, hard) = (limit.Soft, limit.Hard);
        if (!options.Host!.MayRaiseLimits && options.Host.HardLimits.TryGetValue(number, out var most))
        {
            if (options.Exact && hard > most)
            {
                throw new DavitException(ErrorKind.FailedPrecondition, $"error setting rlimit type {number}: {limit.Type}: hard limit {hard} is above this process's own, {most}, and raising it needs CAP_SYS_RESOURCE", "lower the limit, or start the runtime with a higher one");
            }

            // without CAP_SYS_RESOURCE nobody raises a hard limit: the container gets what this process has
            hard = Math.Min(hard, most);
            soft = Math.Min(soft, hard);
        }

        writer.Add($"error setting rlimit type {number}", SystemCall.Prlimit64, 0, number, writer.Words((long)soft, (long)hard), 0);
    }

    /// <summary>The sets as bits, without what does not exist and what this process can't pass on; that is told, and no failure (config.md, "Linux Process").</summary>
    private static (ulong Bounding, ulong Effective, ulong Permitted, ulong Inheritable, ulong Ambient) Grantable(CapabilitiesSpec? sets, LinuxSpec? linux, PlanOptions options)
    {
        var host = options.Host!;
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var known = host.LastCapability >= 63 ? ulong.MaxValue : (1UL << (host.LastCapability + 1)) - 1;

        // whoever makes or joins a user namespace has all of them there
        var bounded = options.Warn is null || linux?.Namespaces?.Any(n => n.Type == "user") == true;
        var (most, mostBounding) = bounded ? (ulong.MaxValue, ulong.MaxValue) : (host.Permitted, host.Bounding);
        var result = (Bits(sets?.Bounding, mostBounding), Bits(sets?.Effective, most), Bits(sets?.Permitted, most), Bits(sets?.Inheritable, most), Bits(sets?.Ambient, most));
        if (missing.Count > 0) options.Warn!($"capabilities that don't exist here or can't be granted are left out: {string.Join(", ", missing)}");
        return result;

        ulong Bits(IReadOnlyList<string>? names, ulong allowed)
        {
            var asked = CapabilityNames.Mask(names, options.Warn is null ? null : name => missing.Add(name));
            var given = asked & known & allowed;
            if (options.Warn is not null)
            {
                for (var i = 0; i < 64; i++) if (((asked & ~given) >> i & 1) != 0) missing.Add(CapabilityNames.All[i]);
            }

            return given;
        }
    }

    private static void Identity(ProgramWriter writer, ProcessSpec process, UserSpec user, PlanOptions options, (ulong Bounding, ulong Effective, ulong Permitted, ulong Inheritable, ulong Ambient) sets)
    {
        var (bounding, effective, permitted, inheritable, ambient) = sets;
        for (var i = 0; i <= options.Host!.LastCapability; i++)
        {
            if ((bounding >> i & 1) != 0) continue;
            writer.Add("drop capabilities", SystemCall.Prctl, PrCapBsetDrop, i, 0, 0, 0);

            // a capability that this process lacks itself can't be gained either
            writer.Last(tolerate: 22);
        }

        writer.Add("keep capabilities", SystemCall.Prctl, PrSetKeepCaps, 1, 0, 0, 0);
        var groups = (process.User?.AdditionalGids ?? []).ToArray();
        writer.Add("setgroups", SystemCall.Setgroups, groups.Length, Argument.Data(writer.Bytes(MemoryMarshal.AsBytes<uint>(groups.Length == 0 ? [0] : groups))));
        // where a user maps itself alone nobody may change groups, and there are none to drop
        if (groups.Length == 0 && !Environment.IsPrivilegedProcess) writer.Last(tolerate: 1);
        writer.Add($"setgid {user.Gid}", SystemCall.Setresgid, user.Gid, user.Gid, user.Gid);
        writer.Add($"setuid {user.Uid}", SystemCall.Setresuid, user.Uid, user.Uid, user.Uid);
        writer.Add("umask", SystemCall.Umask, user.Umask ?? 0x12);
        var cwd = process.Cwd.Length == 0 ? "/" : process.Cwd;
        if (!cwd.StartsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, $"Cwd must be an absolute path: {cwd}", "write it from /");
        writer.Add($"chdir to cwd (\"{cwd}\") set in config.json failed", SystemCall.Chdir, writer.String(cwd));
        writer.Add($"current working directory {cwd} is outside of the container's root", SystemCall.CheckDirectory);
        writer.Add("keep capabilities", SystemCall.Prctl, PrSetKeepCaps, 0, 0, 0, 0);
        writer.Add("apply capabilities", SystemCall.Capset, writer.Words(0x20080522), Argument.Data(writer.Bytes(MemoryMarshal.AsBytes<uint>(
            [(uint)effective, (uint)permitted, (uint)inheritable, (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32)]))));
        if (ambient == 0) return;
        for (var i = 0; i < 64; i++)
        {
            if ((ambient >> i & 1) != 0) writer.Add("raise ambient capabilities", SystemCall.Prctl, PrCapAmbient, 2, i, 0, 0);
        }
    }

    private static void WaitAtGate(ProgramWriter writer, ProcessSpec process, IReadOnlyList<string> arguments, PlanOptions options)
    {
        if (options.NoProcess)
        {
            AtGate(writer, arguments);
            return;
        }

        // what is not executable is told at create, not at start
        var what = NotFound(arguments[0]);
        var candidates = Candidates(process, arguments[0]);
        for (var i = 0; i < candidates.Count; i++)
        {
            var last = i == candidates.Count - 1;
            writer.Add(last ? what : "", SystemCall.Faccessat, -100, writer.String(candidates[i]), 1);
            if (last && !arguments[0].Contains('/', StringComparison.Ordinal)) writer.Last(tolerate: 2, tolerate1: 13, tolerate2: 20, skipOnSuccess: 1);
            else if (!last) writer.Last(tolerate: 2, tolerate1: 13, tolerate2: 20, skipOnSuccess: candidates.Count - i);
        }

        if (!arguments[0].Contains('/', StringComparison.Ordinal)) writer.Add(what, SystemCall.Fail, 2);
        else RefuseDirectory(writer, what, writer.String(arguments[0]));
        AtGate(writer, arguments);
    }

    private static void AtGate(ProgramWriter writer, IReadOnlyList<string> arguments)
    {
        var report = writer.Bytes(MemoryMarshal.AsBytes<int>([LaunchReport.AtStartGate, 0]));
        writer.Add("report", SystemCall.Write, Argument.Slot(Slot.Parent), Argument.Data(report), 8);
        writer.Add("wait for start", SystemCall.Gate, Slot.StartGate);
        writer.Header = writer.Header with { StartGated = writer.Child.Count - 1, StartErrors = StartErrors(writer, arguments[0]) };
    }

    /// <summary>Texts for the child's standard error, in runc's words.</summary>
    private static int StartErrors(ProgramWriter writer, string program)
    {
        var pairs = new List<int>();
        Add($"exec {program}: ");
        for (var errno = 1; errno <= LaunchHeader.MostErrors; errno++) Add(((Errno)errno).Text() + "\n");
        return writer.Bytes(MemoryMarshal.AsBytes<int>(pairs.ToArray()));

        void Add(string text) => pairs.AddRange([writer.Text(text), System.Text.Encoding.UTF8.GetByteCount(text)]);
    }

    private static void RefuseDirectory(ProgramWriter writer, string what, Argument path)
    {
        const int NoAccess = 13, NoDirectory = 20, IsDirectory = 21;
        writer.Add(what, SystemCall.Open, path, RootSteps.OPath | RootSteps.ODirectory | RootSteps.OCloseOnExec);
        writer.Last(tolerate: NoDirectory, tolerate1: NoAccess, skipOnError: 1);
        writer.Add(what, SystemCall.Fail, IsDirectory);
    }

    /// <summary>execve says ENOENT also of a missing interpreter, and EACCES also of a directory: looks which it was.</summary>
    private static void Explain(ProgramWriter writer, string program)
    {
        const int Here = -100, NotThere = 2, NoAccess = 13, NoDirectory = 20;
        var (what, path) = ($"exec: \"{program}\"", writer.String(program));
        writer.Last(tolerate: NotThere, tolerate1: NoAccess);
        writer.Add(what, SystemCall.Faccessat, Here, path, 0);
        writer.Last(tolerate: NotThere, tolerate1: NoAccess, tolerate2: NoDirectory, skipOnError: 5);
        RefuseDirectory(writer, what, path);
        writer.Add(what, SystemCall.Faccessat, Here, path, 1);
        writer.Last(tolerate: NoAccess, skipOnError: 1);
        writer.Add($"exec {program}", SystemCall.Fail, NotThere);
        writer.Add(what, SystemCall.Fail, NoAccess);
        writer.Add(what, SystemCall.Fail, NotThere);
    }

    private static string NotFound(string program) =>
        program.Contains('/', StringComparison.Ordinal) ? $"exec: \"{program}\"" : $"exec: \"{program}\": executable file not found in $PATH!";

    private static List<string> Candidates(ProcessSpec process, string program)
    {
        if (program.Contains('/', StringComparison.Ordinal)) return [program];
        var path = (process.Env ?? []).LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "";
        return [.. path.Split(':').Where(d => d.StartsWith('/')).Distinct().Select(d => $"{d.TrimEnd('/')}/{program}")];
    }

    private static void Exec(ProgramWriter writer, ProcessSpec process, IReadOnlyList<string> arguments)
    {
        var argv = writer.Vector(arguments);
        var envp = writer.Vector(process.Env ?? []);
        var program = arguments[0];
        foreach (var candidate in Candidates(process, program))
        {
            var direct = program.Contains('/', StringComparison.Ordinal);
            writer.Add(direct ? $"exec: \"{program}\"" : $"exec {candidate}", SystemCall.Execve, writer.String(candidate), argv, envp);
            // as a search of PATH goes: what is missing or may not be executed is not the program
            if (!direct) writer.Last(tolerate: 2, tolerate1: 13, tolerate2: 20);
            else Explain(writer, program);
        }

        writer.Add(NotFound(program), SystemCall.Fail, 2);
    }
}
