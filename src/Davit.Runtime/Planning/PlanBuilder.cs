using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Turns an OCI configuration into a launch plan. All decisions are made here; what runs later only follows.</summary>
public static class PlanBuilder
{
    private const ulong MountFlag = 0x20000;

    internal static readonly (string Type, ulong Flag)[] Namespaces =
    [
        ("user", 0x10000000), ("pid", 0x20000000), ("network", 0x40000000), ("mount", 0x00020000), ("uts", 0x04000000), ("ipc", 0x08000000), ("cgroup", 0x02000000), ("time", 0x80),
    ];

    /// <summary>The plan of a container's first process.</summary>
    /// <exception cref="DavitException">InvalidArgument: the configuration contradicts itself; the message names the value.</exception>
    public static LaunchPlan ForContainer(Spec spec, PlanOptions options)
    {
        options = Complete(options, spec);
        var process = spec.Process ?? throw new DavitException(ErrorKind.InvalidArgument, "the configuration has no process", "set process");
        spec = Normal(spec);
        SpecRules.Check(spec, options);
        using var writer = new ProgramWriter();
        var namespaces = (spec.Linux?.Namespaces ?? []).ToDictionary(n => n.Type, StringComparer.Ordinal);
        bool Made(string type) => namespaces.TryGetValue(type, out var n) && string.IsNullOrEmpty(n.Path);

        writer.Current = writer.Parent;
        IReadOnlyList<string> directories = [];
        var joins = 0;
        if (options.CgroupPath is { } path)
        {
            (directories, joins) = CgroupSteps.Create(writer, options.Host!.Cgroups, path, spec.Linux?.Resources);
            CgroupOwner.Change(writer, spec, options.Host, directories);
        }

        if (options.StartGate is { } gate)
        {
            writer.Add($"open {gate}", SystemCall.Open, writer.String(gate), 2 | RootSteps.OCloseOnExec);
            writer.Last(result: Slot.StartGate);
        }

        writer.Current = writer.Child;
        writer.Add("reset signals", SystemCall.ResetSignals);
        ProcessSteps.Hide(writer);
        if (options.DieWithParent) writer.Add("follow the parent into death", SystemCall.Prctl, 1, 9, 0, 0, 0);
        if (Made("user")) WaitForMaps(writer, spec);
        CgroupSteps.Join(writer, joins);
        Join(writer, namespaces);

        if (Made("cgroup")) writer.Add("unshare the cgroup namespace", SystemCall.Unshare, 0x02000000);
        if (Made("time")) Time(writer, spec);
        if (spec.Linux is { NetDevices.Count: > 0 } or { IntelRdt: not null }) Hooks(writer, options, HookPoint.Resources);
        if (spec.Hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 }) Hooks(writer, options, HookPoint.Runtime);
        Root(writer, spec, process, options);
        ProcessSteps.Execute(writer, process, spec.Linux, options, ownTerminal: true);

        ulong flags = 0;
        foreach (var (type, flag) in Namespaces)
        {
            if (type is not ("cgroup" or "time") && Made(type)) flags |= flag;
        }

        var header = writer.Header with
        {
            CloneFlags = flags,
            CgroupCount = directories.Count,
            CgroupDirectories = directories.Count == 0 ? 0 : writer.Bytes(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', directories) + '\0')),
            UserNamespacePath = namespaces.TryGetValue("user", out var user) && !string.IsNullOrEmpty(user.Path) ? writer.Text(user.Path) : 0,
            PidNamespacePath = namespaces.TryGetValue("pid", out var pid) && !string.IsNullOrEmpty(pid.Path) ? writer.Text(pid.Path) : 0,
        };
        if (Made("user"))
        {
            header.UidMap = writer.Text(Maps(spec.Linux!.UidMappings));
            header.GidMap = writer.Text(Maps(spec.Linux.GidMappings));
        }

        writer.Header = header;
        return LaunchPlan.FromBytes(writer.Finish());
    }

    /// <summary>The plan of another process in a running container.</summary>
    /// <param name="process">The process.</param>
    /// <param name="container">The container's configuration: its namespaces are joined.</param>
    /// <param name="options">Cgroup path, filter, terminal size.</param>
    public static LaunchPlan ForExec(ProcessSpec process, Spec container, PlanOptions options)
    {
        options = Complete(options, container);
        using var writer = new ProgramWriter();
        writer.Current = writer.Parent;
        var cgroups = options.CgroupPath is { } path ? CgroupSteps.OpenExisting(writer, options.Host!.Cgroups, path, options.CgroupBelow) : 0;
        if (!HasOwnMounts(container)) OpenContainerRoot(writer, options.State?.Pid ?? 0);

        writer.Current = writer.Child;
        writer.Add("reset signals", SystemCall.ResetSignals);
        ProcessSteps.Hide(writer);
        if (options.DieWithParent) writer.Add("follow the parent into death", SystemCall.Prctl, 1, 9, 0, 0, 0);
        SchedulingSteps.Affinity(writer, process.ExecCPUAffinity?.Initial, "execCPUAffinity.initial");
        CgroupSteps.Join(writer, cgroups);
        ProcessSteps.Prepare(writer, process, options, userNamespace: false);
        var names = (container.Linux?.Namespaces ?? []).Select(n => n.Type).ToHashSet(StringComparer.Ordinal);
        ulong join = 0, through = 0;
        foreach (var (type, flag) in Namespaces)
        {
            if (!names.Contains(type)) continue;

            // an ordinary user's process may join the others from inside the user namespace alone, and must be born there
            if (!Environment.IsPrivilegedProcess && names.Contains("user") && type is "user" or "pid") through |= flag;
            else if (type != "pid") join |= flag;
        }

        if (join != 0) writer.Add("join the container's namespaces", SystemCall.Setns, Argument.Slot(Slot.ContainerPidFd), (long)join);
        if (through == 0 && names.Contains("user")) BecomeRoot(writer);
        writer.Header = writer.Header with { Through = through };
        if (!HasOwnMounts(container))
        {
            // the root of a mount namespace that others use too is not the container's
            writer.Add("change to the container's root", SystemCall.Fchdir, Argument.Slot(Slot.ContainerRoot));
            writer.Add("change to the container's root", SystemCall.Chroot, writer.String("."));
        }

        writer.Add("change to /", SystemCall.Chdir, writer.String("/"));
        SchedulingSteps.Affinity(writer, process.ExecCPUAffinity?.Final, "execCPUAffinity.final");
        ProcessSteps.Execute(writer, process, container.Linux, options, ownTerminal: false);
        return LaunchPlan.FromBytes(writer.Finish());
    }

    /// <summary>Adds what the caller left to the specification.</summary>
    private static PlanOptions Complete(PlanOptions options, Spec spec)
    {
        options = options with { Host = options.Host ?? HostFacts.Read() };
        return options.SeccompFilter is not null || spec.Linux?.Seccomp is not { } seccomp
            ? options
            : options with { SeccompFilter = options.Host!.Filters.Compile(seccomp), SeccompFlags = Seccomp.SeccompFilter.Flags(seccomp) };
    }

    private static void Root(ProgramWriter writer, Spec spec, ProcessSpec process, PlanOptions options)
    {
        bool Has(string type) => spec.Linux!.Namespaces!.Any(n => n.Type == type);
        writer.Add("umask", SystemCall.Umask, 0);
        if (Has("uts"))
        {
            if (!string.IsNullOrEmpty(spec.Hostname)) writer.Add($"sethostname {spec.Hostname}", SystemCall.Sethostname, writer.String(spec.Hostname), System.Text.Encoding.UTF8.GetByteCount(spec.Hostname));
            if (!string.IsNullOrEmpty(spec.Domainname)) writer.Add($"setdomainname {spec.Domainname}", SystemCall.Setdomainname, writer.String(spec.Domainname), System.Text.Encoding.UTF8.GetByteCount(spec.Domainname));
        }

        ProcessSteps.Prepare(writer, process, options, Has("user"));
        SysctlSteps.Set(writer, spec);

        // /proc of a joined mount namespace may be one in which this process does not exist: it comes last
        if (spec.Linux!.Namespaces!.FirstOrDefault(n => n.Type == "mount") is { Path.Length: > 0 } mounts) JoinOne(writer, "mount", mounts.Path, MountFlag);
        RootSteps.Enter(writer, spec, options, HasOwnMounts(spec));
        foreach (var mount in spec.Mounts ?? []) MountSteps.Mount(writer, spec, mount, options);
        var dev = (spec.Mounts ?? []).LastOrDefault(m => m.Destination.TrimEnd('/') == "/dev");
        if (dev is null || (dev.Type != "bind" && dev.Options?.Contains("bind") != true && dev.Options?.Contains("rbind") != true))
        {
            DeviceSteps.Fill(writer, spec, Has("user"));
            if (dev?.Options?.Contains("ro") == true) MountSteps.Protect(writer, "/dev");
            writer.Forget("/dev");
        }

        if (options.CreateWorkingDirectory && process.Cwd.Trim('/').Length > 0) WorkingDirectory(writer, process.Cwd);
        foreach (var path in spec.Linux?.MaskedPaths ?? []) MountSteps.Mask(writer, path);
        foreach (var path in spec.Linux?.ReadonlyPaths ?? []) MountSteps.Protect(writer, path);
        foreach (var place in (ReadOnlySpan<string>)["/proc", "/sys"]) writer.Forget(place);
        if (spec.Hooks is { CreateContainer.Count: > 0 }) Hooks(writer, options, HookPoint.CreateContainer);
        if (HasOwnMounts(spec)) RootSteps.Pivot(writer, spec, options.NoPivot);
        else RootSteps.ChangeRoot(writer);
    }

    /// <summary>A new time namespace is one for children, to which offsets are given; then this process goes there too, which execve(2) of Linux 6.1 does not do.</summary>
    private static void Time(ProgramWriter writer, Spec spec)
    {
        writer.Add("unshare the time namespace", SystemCall.Unshare, 0x80);
        if (spec.Linux?.TimeOffsets is { Count: > 0 } offsets)
        {
            const string What = "write /proc/self/timens_offsets";
            var text = string.Concat(offsets.Select(o => $"{o.Key} {o.Value.Secs} {o.Value.Nanosecs}\n"));
            ProcessSteps.WriteOwn(writer, What, "/proc/self/timens_offsets", text, spec.Linux.Namespaces!.Any(n => n.Type == "user"));
        }

        JoinOne(writer, "time", "/proc/self/ns/time_for_children", 0x80);
    }

    private static void Hooks(ProgramWriter writer, PlanOptions options, HookPoint point)
    {
        if (options.Hooks) Ask(writer, point);
    }

    /// <summary>Reports a point of the start, and waits until the parent has done there what it has to.</summary>
    internal static void Ask(ProgramWriter writer, HookPoint point)
    {
        var report = writer.Bytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>([LaunchReport.AtHooks, (int)point]));
        writer.Add("ask for hooks", SystemCall.Write, Argument.Slot(Slot.Parent), Argument.Data(report), 8);
        writer.Add("wait for hooks", SystemCall.Gate, Slot.Parent);
    }

    private static void WorkingDirectory(ProgramWriter writer, string cwd)
    {
        var what = $"create working directory {cwd}";
        RootSteps.OpenTarget(writer, cwd, isFile: false, what);
        RootSteps.Close(writer, Slot.Target);
    }

    private static void Join(ProgramWriter writer, Dictionary<string, NamespaceSpec> namespaces)
    {
        foreach (var (type, flag) in Namespaces)
        {
            if (type is "pid" or "mount" or "user" || !namespaces.TryGetValue(type, out var given) || string.IsNullOrEmpty(given.Path)) continue;
            JoinOne(writer, type, given.Path, flag);
        }
    }

    private static void JoinOne(ProgramWriter writer, string type, string path, ulong flag)
    {
        writer.Add($"open the {type} namespace {path}", SystemCall.Open, writer.String(path), RootSteps.OCloseOnExec);
        writer.Last(result: Slot.Scratch);
        writer.Add($"join the {type} namespace {path}", SystemCall.Setns, Argument.Slot(Slot.Scratch), (long)flag);
        RootSteps.Close(writer, Slot.Scratch);
    }

    /// <summary>True for a container with a new mount namespace, which has the container's root as its root.</summary>
    internal static bool HasOwnMounts(Spec spec) => spec.Linux?.Namespaces?.Any(n => n.Type == "mount" && string.IsNullOrEmpty(n.Path)) == true;

    /// <summary>Steps of a hook that runs in a container's namespaces (all but pid, which the launcher joins); with <paramref name="root"/> also in its root.</summary>
    internal static void JoinForHook(ProgramWriter writer, IReadOnlyList<NamespaceSpec> namespaces, bool root)
    {
        ulong join = 0;
        foreach (var (type, flag) in Namespaces)
        {
            if (type != "pid" && namespaces.Any(n => n.Type == type)) join |= flag;
        }

        if (join != 0) writer.Add("join the container's namespaces for a hook", SystemCall.Setns, Argument.Slot(Slot.ContainerPidFd), (long)join);
        if (namespaces.Any(n => n.Type == "user")) BecomeRoot(writer);
        if (!root) return;
        writer.Add("change to the container's root", SystemCall.Fchdir, Argument.Slot(Slot.ContainerRoot));
        writer.Add("change to the container's root", SystemCall.Chroot, writer.String("."));
    }

    /// <summary>A step of the parent: the root of a container's process, into <see cref="Slot.ContainerRoot"/>.</summary>
    internal static void OpenContainerRoot(ProgramWriter writer, int pid)
    {
        writer.Add("open the container's root", SystemCall.Open, writer.String($"/proc/{pid}/root"), RootSteps.OPath | RootSteps.ODirectory | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.ContainerRoot);
    }

    /// <summary>A relative destination of a mount starts from / (config.md, "Mounts").</summary>
    private static Spec Normal(Spec spec)
    {
        if (spec.Mounts?.Any(m => !m.Destination.StartsWith('/')) == true) spec = spec with { Mounts = [.. spec.Mounts.Select(m => m.Destination.StartsWith('/') ? m : m with { Destination = "/" + m.Destination })] };
        return spec.Linux?.Namespaces is null ? spec with { Linux = (spec.Linux ?? new()) with { Namespaces = [] } } : spec;
    }

    private static void BecomeRoot(ProgramWriter writer)
    {
        writer.Add("become root of the user namespace", SystemCall.Setresgid, 0, 0, 0);
        writer.Add("become root of the user namespace", SystemCall.Setresuid, 0, 0, 0);
    }

    private static void WaitForMaps(ProgramWriter writer, Spec spec)
    {
        if (spec.Linux?.UidMappings is not { Count: > 0 } || spec.Linux.GidMappings is not { Count: > 0 }) throw new DavitException(ErrorKind.InvalidArgument, "user namespaces enabled, but no uid or gid mappings found", "set linux.uidMappings and linux.gidMappings");
        writer.Add("wait for the user mappings", SystemCall.Gate, Slot.Parent);
        BecomeRoot(writer);
    }

    internal static string Maps(IReadOnlyList<IdMapping>? maps) => string.Concat((maps ?? []).Select(m => $"{m.ContainerID} {m.HostID} {m.Size}\n"));
}
