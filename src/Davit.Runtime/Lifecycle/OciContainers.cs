using System.Runtime.InteropServices;
using Davit.Linux;
using Davit.Linux.Cgroups;
using Davit.Linux.Seccomp;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Hooks;
using Davit.Runtime.Launch;
using Davit.Runtime.Planning;
using Davit.Runtime.Resources;
using Davit.Runtime.Systemd;

namespace Davit.Runtime.Lifecycle;

/// <summary>The operations of the runtime specification ("Operations") on containers that outlive the command.</summary>
internal sealed partial class OciContainers(RuntimeSettings settings, HostFacts host, TimeProvider time)
{
    private const int Kill = 9;
    private readonly ContainerDirectory _containers = new(settings.Root, settings.HasRoot);

    internal ContainerDirectory Directory => _containers;

    internal HostFacts Host => host;

    /// <summary>Creates a container; its process waits for <see cref="Start"/>, or goes on at once if the request says so.</summary>
    internal CreatedContainer Create(CreateRequest request)
    {
        var bundle = Path.GetFullPath(request.Bundle);
        var (spec, config) = BundleDocument.Read(bundle, request.Config ?? "config.json");
        var terminal = spec.Process?.Terminal == true;
        if (terminal && request.ConsoleSocket is null && request.Detach) throw new DavitException(ErrorKind.InvalidArgument, "cannot allocate tty if runc will detach without setting console socket", "use --console-socket");
        if (!terminal && request.ConsoleSocket is not null) throw new DavitException(ErrorKind.InvalidArgument, "cannot use console socket if runc will not detach or allocate tty", "set process.terminal");
        if (request.Start && spec.Process is null) throw NoProcess(request.Id);
        PreservedDescriptors.Check(request.PreserveDescriptors);
        if (settings.IsDebug && spec.Linux?.Seccomp is { } filter) TellUnknown(filter);
        _containers.Claim(request.Id);
        try
        {
            return Create(request, bundle, spec, config);
        }
        catch
        {
            _containers.Remove(request.Id);
            throw;
        }
    }

    private CreatedContainer Create(CreateRequest request, string bundle, Spec spec, byte[] config)
    {
        var process = spec.Process ?? new ProcessSpec { Cwd = "/", Args = ["none"] };
        var gate = request.Start ? null : StartGate.Make(_containers.Gate(request.Id));
        using var systemd = settings.CgroupManager == CgroupManager.Systemd ? new SystemdManager(!Environment.IsPrivilegedProcess) : null;
        var (state, unit) = Begin(request.Id, bundle, spec, config, systemd);
        var cgroup = state.Cgroup.Length > 0 ? state.Cgroup : null;
        var passed = ActivationSockets.Passed();
        using var plan = PlanBuilder.ForContainer(ActivationSockets.Announce(spec with { Process = process }, passed), new PlanOptions
        {
            Exact = true,
            Warn = settings.Warn,
            NoProcess = spec.Process is null,
            Host = HostFor(cgroup),
            State = ContainerDirectory.Document(state, "creating"),
            Bundle = bundle,
            CgroupPath = cgroup,
            StartGate = gate,
            StartsByParent = request.Start,
            CreateWorkingDirectory = true,
            NoNewKeyring = request.NoNewKeyring,
            NoPivot = request.NoPivot,
            PreserveDescriptors = request.PreserveDescriptors + passed,
            Hooks = true,
        });
        var hooks = Hooks(state, "creating");
        var group = ResctrlGroup.For(spec.Linux?.IntelRdt, request.Id, host.Resctrl);
        LaunchedProcess started;
        using var points = new LaunchPoints(spec, group, hooks, Record);
        void Record(LaunchedProcess launched) => state = Register(request, state with { CgroupDirectories = plan.CgroupDirectories() }, launched);
        try
        {
            // systemd makes the cgroup around a process of ours; what its properties can't say, the plan's own steps write
            using var holder = unit is null or { IsSlice: true } ? null : new HeldProcess(0, "can't start a process for the scope");
            if (unit is not null) systemd!.StartTransient(unit.Unit, UnitProperties.OfNew(host.Cgroups, request.Id, unit.Unit, unit.Slice, holder?.Pid, spec));
            started = ContainerLauncher.Start(plan, new LaunchStreams(0, 1, 2), points, Environment.IsPrivilegedProcess ? null : UserMaps.Write);
        }
        catch
        {
            points.TryTakeBack(settings.Warn);
            TryStopUnit(state);
            Undo(state, group);
            throw;
        }

        try
        {
            if (request.Start) hooks?.RunPoststart(started.Pid);
            else Record(started);
            return new CreatedContainer(state, started);
        }
        catch
        {
            LifecycleLibc.Kill(started.Pid, Kill);
            ForegroundProcess.Reap(started.PidFd);
            points.TryTakeBack(settings.Warn);
            TryStopUnit(state);
            RemoveCgroups(plan.CgroupDirectories().Except(state.ForeignCgroups));
            Undo(state, group);
            throw;
        }
    }

    /// <summary>What is known of a container before it has a process, and its unit where systemd makes its cgroup.</summary>
    private (StateRecord State, SystemdCgroup? Unit) Begin(string id, string bundle, Spec spec, byte[] config, SystemdManager? systemd)
    {
        var unit = systemd is null ? null : SystemdCgroup.Of(spec, id, !Environment.IsPrivilegedProcess);
        if (systemd is not null) CallScope.Enter(systemd, host.Cgroups);
        var cgroup = unit is null ? CgroupPath.For(spec, id, settings, host.Cgroups) : unit.Path(systemd!.ControlGroup());
        var state = new StateRecord
        {
            OciVersion = RuntimeSettings.SpecVersion,
            Id = id,
            Bundle = bundle,
            Rootfs = Path.GetFullPath(Path.Combine(bundle, spec.Root?.Path ?? "")),
            Created = time.GetUtcNow(),
            Cgroup = cgroup ?? "",
            ForeignCgroups = cgroup is null ? [] : CgroupPath.RefuseUnfit(host.Cgroups, cgroup),
            Config = config,
            Unit = unit?.Unit ?? "",
            Spec = spec,
        };
        return (state, unit);
    }

    /// <summary>Hands a process that waits over to whoever asked for it, and writes it down.</summary>
    private StateRecord Register(CreateRequest request, StateRecord state, LaunchedProcess process)
    {
        if (state.Spec.Process is { } program) ExecutableCheck.Refuse(process.Pid, program);
        if (request.ConsoleSocket is { } socket && process.TerminalMaster >= 0) DescriptorSocket.Send("console socket", socket, "terminal"u8, process.TerminalMaster);
        state = state with { Pid = process.Pid, StartTime = ContainerDirectory.Times(process.Pid)?.Start ?? 0 };
        _containers.Write(state);
        if (request.PidFdSocket is { } descriptors) DescriptorSocket.Send("pidfd socket", descriptors, "pidfd"u8, process.PidFd);
        if (request.PidFile is { } file) WritePid(file, process.Pid);
        settings.Debug($"container {state.Id}: process {process.Pid} waits for its start in cgroup {(state.Cgroup.Length > 0 ? state.Cgroup : "of the caller")}");
        return state;
    }

    /// <summary>Names that no architecture of this machine has are passed over, as runc does it: profiles are written for all machines.</summary>
    private void TellUnknown(SeccompSpec filter)
    {
        var unknown = (filter.Syscalls ?? []).SelectMany(r => r.Names).Where(n => !SeccompCompiler.Knows(n)).Distinct(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0) settings.Debug($"seccomp: rules for system calls that this machine does not have are left out: {string.Join(", ", unknown)}");
    }

    /// <summary>After a failure, which is what is told.</summary>
    private void TryStopUnit(StateRecord state)
    {
        try
        {
            StopUnit(state);
        }
        catch (DavitException e)
        {
            settings.Warn(e.Message);
        }
    }

    private static void StopUnit(StateRecord state)
    {
        if (state.Unit.Length == 0) return;
        using var systemd = new SystemdManager(!Environment.IsPrivilegedProcess);
        systemd.Stop(state.Unit);
    }

    /// <summary>Takes back what create made beside the process and its cgroups, and ends the lifecycle.</summary>
    private void Undo(StateRecord state, ResctrlGroup? group)
    {
        group?.Remove();
        if (!PlanBuilder.HasOwnMounts(state.Spec)) SharedMounts.Remove(state.Rootfs);
        Poststop(Hooks(state, "stopped"));
    }

    private static HookRunner? Hooks(StateRecord state, string status) =>
        state.Spec.Hooks is { } list ? new HookRunner(list, ContainerDirectory.Document(state, status), state.Spec.Linux?.Namespaces ?? []) : null;

    /// <summary>A poststop hook that fails is a warning (runtime.md, "Lifecycle", 13).</summary>
    private void Poststop(HookRunner? hooks)
    {
        foreach (var failure in hooks?.RunPoststop() ?? []) settings.Warn($"a poststop hook failed: {failure.Message}");
    }

    /// <summary>Lets a created container's process go on.</summary>
    internal void Start(string id)
    {
        var state = _containers.Read(id);
        var status = _containers.Status(state, host.Cgroups);
        if (status == "stopped") throw new DavitException(ErrorKind.FailedPrecondition, "cannot start a container that has stopped");
        if (status != "created") throw new DavitException(ErrorKind.FailedPrecondition, "cannot start an already running container");
        if (state.Spec.Process is null) throw NoProcess(id);
        var hooks = Hooks(state, "created");
        var pidFd = OpenProcess(state.Pid);
        try
        {
            hooks?.RunStartContainer(state.Pid, pidFd);
            StartGate.Open(_containers.Gate(id));
            settings.Debug($"container {id}: started");
            hooks?.RunPoststart(state.Pid);
        }
        catch
        {
            // a container whose hooks fail ends, whichever they are (runtime.md, "Lifecycle", 7 to 13)
            Delete(id, force: true);
            throw;
        }
        finally
        {
            LifecycleLibc.Close(pidFd);
        }
    }

    /// <summary>Signal of a kill that names none: the image's, where the configuration has it (config.md, "Annotations").</summary>
    internal string StopSignal(string id) => _containers.Read(id).Spec.Annotations?.GetValueOrDefault("org.opencontainers.image.stopSignal") is { Length: > 0 } signal ? signal : "SIGTERM";

    /// <summary>Sends a signal to the first process, or to all.</summary>
    internal void Signal(string id, int signal, bool all)
    {
        var state = _containers.Read(id);
        if (all && ContainerDirectory.IsAlive(state))
        {
            foreach (var pid in Processes(state)) LifecycleLibc.Kill(pid, signal);
            return;
        }

        if (!ContainerDirectory.IsAlive(state)) throw new DavitException(ErrorKind.FailedPrecondition, "container not running");
        if (LifecycleLibc.Kill(state.Pid, signal) < 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "kill").ToDavitException("unable to signal init");

        if (signal == Kill) Thaw(state);
    }

    /// <summary>A stopped process takes the signal when it goes on: a kill must not wait for that.</summary>
    private void Thaw(StateRecord state)
    {
        if (state.Cgroup.Length > 0 && CgroupFreezer.IsFrozen(host.Cgroups, state.Cgroup)) CgroupFreezer.Thaw(host.Cgroups, state.Cgroup);
    }

    /// <summary>Removes a stopped container, or any with force.</summary>
    internal void Delete(string id, bool force)
    {
        StateRecord state;
        try
        {
            state = _containers.Read(id);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound && force)
        {
            _containers.Remove(id);
            return;
        }

        if (ContainerDirectory.IsAlive(state))
        {
            var status = _containers.Status(state, host.Cgroups);
            if (!force) throw new DavitException(ErrorKind.FailedPrecondition, $"cannot delete container {id} that is not stopped: {status}", "kill it first, or use --force");
            var pidFd = OpenProcess(state.Pid);
            // it may end by itself meanwhile, which is as good
            LifecycleLibc.Kill(state.Pid, Kill);
            Thaw(state);
            WaitForEnd(pidFd);
        }

        Remove(state);
    }

    /// <summary>Removes a container whose first process is gone.</summary>
    internal void Remove(StateRecord state)
    {
        // without a pid namespace of its own it may have left processes behind
        var cgroups = new CgroupSet(state.CgroupDirectories);
        if (state.ForeignCgroups.Count > 0 || state.Unit.Length > 0 || !cgroups.TryRemove())
        {
            cgroups.KillAll();
            StopUnit(state);
            RemoveCgroups(state.CgroupDirectories.Except(state.ForeignCgroups));
        }

        _containers.Remove(state.Id);
        settings.Debug($"container {state.Id}: deleted");
        Undo(state, CachesOf(state));
    }

    /// <summary>Starts another process in a running container.</summary>
    internal LaunchedProcess Exec(string id, ProcessSpec process, CreateRequest request, bool ignorePaused)
    {
        var state = _containers.Read(id);
        var status = _containers.Status(state, host.Cgroups);
        if (status == "stopped") throw new DavitException(ErrorKind.FailedPrecondition, "cannot exec in a stopped container");
        if (status == "paused" && !ignorePaused) throw new DavitException(ErrorKind.FailedPrecondition, "cannot exec in a paused container (use --ignore-paused to override)");
        if (process.Terminal && request.Detach && request.ConsoleSocket is null) throw new DavitException(ErrorKind.InvalidArgument, "cannot allocate tty if runc will detach without setting console socket", "use --console-socket");
        PreservedDescriptors.Check(request.PreserveDescriptors);
        if (state.Unit.Length > 0 && !Environment.IsPrivilegedProcess)
        {
            using var systemd = new SystemdManager(ofUser: true);
            CallScope.Enter(systemd, host.Cgroups);
        }

        using var plan = PlanBuilder.ForExec(process, state.Spec, new PlanOptions
        {
            Host = HostFor(state.Cgroup),
            State = ContainerDirectory.Document(state, status),
            CgroupPath = state.Cgroup.Length == 0 ? null : state.Cgroup,
            Exact = true,
            Warn = settings.Warn,
            CgroupBelow = request.Cgroup,
            PreserveDescriptors = request.PreserveDescriptors,
            NoNewKeyring = request.NoNewKeyring,
        });
        var container = OpenProcess(state.Pid);
        try
        {
            var started = ContainerLauncher.Exec(plan, container, new LaunchStreams(0, 1, 2));
            if (request.ConsoleSocket is { } socket && started.TerminalMaster >= 0) DescriptorSocket.Send("console socket", socket, "terminal"u8, started.TerminalMaster);
            if (request.PidFdSocket is { } descriptors) DescriptorSocket.Send("pidfd socket", descriptors, "pidfd"u8, started.PidFd);
            if (request.PidFile is { } file) WritePid(file, started.Pid);
            settings.Debug($"container {id}: process {started.Pid} executes {string.Join(' ', process.Args ?? [])}");
            return started;
        }
        finally
        {
            LifecycleLibc.Close(container);
        }
    }

    internal void Pause(string id) => CgroupFreezer.Freeze(host.Cgroups, CgroupOf(id));

    internal void Resume(string id)
    {
        var state = _containers.Read(id);
        if (_containers.Status(state, host.Cgroups) != "paused") throw new DavitException(ErrorKind.FailedPrecondition, "container not paused");
        CgroupFreezer.Thaw(host.Cgroups, state.Cgroup);
    }

    internal void Update(string id, ResourcesSpec limits)
    {
        var unit = Running(id).Unit;
        if (unit.Length > 0)
        {
            using var systemd = new SystemdManager(!Environment.IsPrivilegedProcess);
            systemd.Set(unit, UnitProperties.OfLimits(host.Cgroups, limits));
        }

        ResourceUpdate.Apply(HostFor(CgroupOf(id)).Cgroups, CgroupOf(id), limits);
    }

    /// <summary>Changes shares of caches and memory bandwidth; a container that had none gets a class of its own.</summary>
    internal void UpdateCaches(string id, string? cache, string? bandwidth)
    {
        var state = Running(id);
        var spec = state.CacheClass ? new() : state.Spec.Linux?.IntelRdt;
        if (ResctrlGroup.Update(spec, id, Processes(state), host.Resctrl, cache, bandwidth)) _containers.Write(state with { CacheClass = true });
    }

    /// <summary>Tells what goes on all the same.</summary>
    internal void Warn(string message) => settings.Warn(message);

    private ResctrlGroup? CachesOf(StateRecord state) => ResctrlGroup.Of(state.CacheClass ? new() : state.Spec.Linux?.IntelRdt, state.Id, host.Resctrl);

    /// <summary>An ordinary user has the hierarchies alone in which it was given a place.</summary>
    private HostFacts HostFor(string? cgroup) => Environment.IsPrivilegedProcess || string.IsNullOrEmpty(cgroup) ? host : host with { Cgroups = host.Cgroups.GrantedAt(cgroup) };

    /// <summary>Processes of a container; of one without a cgroup the first alone is known.</summary>
    internal IReadOnlyList<int> Processes(StateRecord state) => state.CgroupDirectories.Count == 0 ? (ContainerDirectory.IsAlive(state) ? [state.Pid] : []) : new CgroupSet(state.CgroupDirectories).Processes();

    private string CgroupOf(string id) => Running(id).Cgroup is { Length: > 0 } cgroup ? cgroup
        : throw new DavitException(ErrorKind.FailedPrecondition, $"container {id} has no cgroup", "an ordinary user needs one that it may write, named by linux.cgroupsPath");

    internal StateRecord Running(string id)
    {
        var state = _containers.Read(id);
        var status = _containers.Status(state, host.Cgroups);
        return status is "running" or "created" ? state : throw new DavitException(ErrorKind.FailedPrecondition, $"container not running: {status}");
    }

    private static DavitException NoProcess(string id) => new(ErrorKind.InvalidArgument, $"container {id} has no process to start", "set process in config.json, and create it again");

    private static int OpenProcess(int pid)
    {
        var fd = (int)LifecycleLibc.Call(SystemCall.PidfdOpen, pid, 0, 0, 0);
        return fd >= 0 ? fd : throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "pidfd_open", $"{pid}").ToDavitException("the container's process");
    }

    private static unsafe void WaitForEnd(int pidFd)
    {
        var entry = new LifecycleLibc.PollEntry { Fd = pidFd, Events = 1 };
        LifecycleLibc.Poll(&entry, 1, 10_000);
        LifecycleLibc.Close(pidFd);
    }

    private static void WritePid(string path, int pid)
    {
        File.WriteAllText(path + ".new", pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void RemoveCgroups(IEnumerable<string> directories)
    {
        foreach (var directory in directories)
        {
            if (!CgroupProcesses.Remove(directory)) throw new DavitException(ErrorKind.Internal, $"cgroup {directory} can't be removed: processes are left in it");
        }
    }
}
