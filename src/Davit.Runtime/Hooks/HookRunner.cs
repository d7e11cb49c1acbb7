using System.Runtime.InteropServices;
using System.Text.Json;
using Davit.Linux;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Hooks;

/// <summary>Runs the hooks of a container, one after the other; the container's state is on their standard input.</summary>
/// <param name="hooks">The specification's hooks.</param>
/// <param name="state">State that they read; the process id is filled in.</param>
/// <param name="namespaces">The container's namespaces, which some hooks join.</param>
public sealed class HookRunner(HooksSpec hooks, ContainerStateDocument state, IReadOnlyList<NamespaceSpec> namespaces) : ILaunchHooks
{
    private const int ProcessDescriptor = 3, Exited = 4, PollIn = 1, KillSignal = 9;

    /// <inheritdoc/>
    public void Run(HookPoint point, LaunchedProcess process)
    {
        switch (point)
        {
            case HookPoint.Runtime:
                RunAll(hooks.Prestart, process.Pid, -1);
                RunAll(hooks.CreateRuntime, process.Pid, -1);
                break;
            case HookPoint.CreateContainer:
                RunAll(hooks.CreateContainer, process.Pid, process.PidFd);
                break;
            case HookPoint.Start:
                RunStartContainer(process.Pid, process.PidFd);
                break;
            default:
                break;
        }
    }

    /// <summary>StartContainer hooks, in the container's namespaces.</summary>
    public void RunStartContainer(int pid, int pidFd) => RunAll(hooks.StartContainer, pid, pidFd, "created", ownRoot: true);

    /// <summary>Poststart hooks, in the runtime's namespaces.</summary>
    public void RunPoststart(int pid)
    {
        foreach (var hook in hooks.Poststart ?? []) RunOne(hook, state with { Pid = pid, Status = "running" }, -1);
    }

    /// <summary>Poststop hooks, in the runtime's namespaces; a failure does not keep the rest from running.</summary>
    /// <returns>What went wrong.</returns>
    public IReadOnlyList<DavitException> RunPoststop()
    {
        var failures = new List<DavitException>();
        foreach (var hook in hooks.Poststop ?? [])
        {
            try
            {
                RunOne(hook, state with { Status = "stopped", Pid = 0 }, -1);
            }
            catch (DavitException e)
            {
                failures.Add(e);
            }
        }

        return failures;
    }

    private void RunAll(IReadOnlyList<HookSpec>? list, int pid, int pidFd, string status = "creating", bool ownRoot = false)
    {
        // the number that is told is that of the namespace where the hook runs (runtime.md, "State")
        foreach (var hook in list ?? []) RunOne(hook, state with { Pid = pidFd >= 0 ? Inner(pid) : pid, Status = status }, pidFd, ownRoot ? pid : 0);
    }

    private unsafe void RunOne(HookSpec hook, ContainerStateDocument state, int containerPidFd, int rootOf = 0)
    {
        // the first call of a command that starts no container
        Kernel.Prepare();
        var ends = stackalloc int[2];

        // SAFETY: the kernel writes two descriptors.
        if (Kernel.Call(SystemCall.Pipe2, (nint)ends, 0x80000) < 0) throw new LinuxException((Errno)Kernel.Errno, "pipe2").ToDavitException("can't run a hook");
        try
        {
            // a state is far smaller than a pipe: the write never waits for the hook to read
            var bytes = StateDocument.Serialize(state);
            fixed (byte* start = bytes)
            {
                Kernel.Call(SystemCall.Write, ends[1], (nint)start, bytes.Length);
            }

            Kernel.Call(SystemCall.Close, ends[1]);
            ends[1] = -1;
            using var plan = Plan(hook, containerPidFd >= 0, rootOf);
            var streams = new LaunchStreams(ends[0], 1, 2);
            LaunchedProcess process;
            try
            {
                process = containerPidFd >= 0 ? ContainerLauncher.Exec(plan, containerPidFd, streams) : ContainerLauncher.Start(plan, streams);
            }
            catch (DavitException e)
            {
                throw new DavitException(ErrorKind.Internal, $"error running hook: {LaunchErrors.Plain(e.Message)}", inner: e);
            }

            Wait(hook, process);
        }
        finally
        {
            if (ends[0] >= 0) Kernel.Call(SystemCall.Close, ends[0]);
            if (ends[1] >= 0) Kernel.Call(SystemCall.Close, ends[1]);
        }
    }

    /// <summary>Number of a process in the innermost pid namespace that it is in (proc_pid_status(5)).</summary>
    private static int Inner(int pid) =>
        int.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t')[^1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Plans a hook's process. The pid namespace of a container is joined by the launcher.</summary>
    private LaunchPlan Plan(HookSpec hook, bool inside, int rootOf)
    {
        using var writer = new ProgramWriter();
        if (rootOf > 0)
        {
            writer.Current = writer.Parent;
            PlanBuilder.OpenContainerRoot(writer, rootOf);
        }

        writer.Current = writer.Child;
        writer.Add("reset signals", SystemCall.ResetSignals);
        writer.Add("setsid", SystemCall.Setsid);
        if (inside) PlanBuilder.JoinForHook(writer, namespaces, rootOf > 0);
        for (var i = 0; i < 3; i++)
        {
            writer.Add("take the standard streams", SystemCall.Dup3, Argument.Slot(Slot.Stdin + i), i, 0);
            writer.Last(tolerate: (int)Errno.EINVAL);
        }

        writer.Add("close descriptors", SystemCall.CloseDescriptors, 3);
        writer.Add("unblock signals", SystemCall.RtSigprocmask, 2, writer.Words(0), 0, 8);
        var argv = writer.Vector(hook.Args is { Count: > 0 } args ? args : [hook.Path]);
        writer.Add($"exec: \"{hook.Path}\"", SystemCall.Execve, writer.String(hook.Path), argv, writer.Vector(hook.Env ?? []));
        return LaunchPlan.FromBytes(writer.Finish());
    }

    private static unsafe void Wait(HookSpec hook, LaunchedProcess process)
    {
        var poll = stackalloc int[2];
        poll[0] = process.PidFd;
        poll[1] = PollIn;
        var ready = Kernel.Call(SystemCall.Poll, (nint)poll, 1, hook.Timeout is { } seconds ? seconds * 1000 : -1);

        // with all that it started, which would hold our streams: it leads a group of its own
        if (ready == 0) Kernel.Call(SystemCall.Kill, -process.Pid, KillSignal);
        var information = stackalloc int[32];

        // SAFETY: siginfo_t has 128 bytes: code at word 2, status at word 6.
        Kernel.Call(SystemCall.Waitid, ProcessDescriptor, process.PidFd, (nint)information, Exited);
        Kernel.Call(SystemCall.Close, process.PidFd);
        if (ready == 0) throw new DavitException(ErrorKind.DeadlineExceeded, $"error running hook: hook {hook.Path} ran past specified timeout of {hook.Timeout}s");
        if (information[2] != 1 || information[6] != 0)
        {
            throw new DavitException(ErrorKind.Internal, $"error running hook: {hook.Path}: {(information[2] == 1 ? "exit status" : "killed by signal")} {information[6]}");
        }
    }
}
