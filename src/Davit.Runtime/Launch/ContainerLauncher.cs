using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux;
using Davit.Linux.Cgroups;
using Davit.Primitives;

namespace Davit.Runtime.Launch;

/// <summary>
/// Starts processes from launch plans. For processes with one managed thread (the monitor, davit-oci): the clone copies the address space, and the child
/// must find no lock taken. Synchronous; starts no thread; uses raw descriptors, since finalizers never run after a fork.
/// </summary>
public static unsafe class ContainerLauncher
{
    private const int CloneNewPid = 0x20000000;
    internal const ulong ClonePidFd = 0x1000;
    private const ulong CloneIntoCgroup = 0x200000000;
    private const int SequencedPackets = 5, CloseOnExec = 0x80000;

    /// <summary>Warms what the first start would otherwise do; optional, for the zygote.</summary>
    public static void Prepare()
    {
        Kernel.Prepare();
        _ = OwnExecutable.IsDetachable;
    }

    /// <summary>Makes the cgroups, starts the container's first process, and returns when it has been executed (or waits at its start gate).</summary>
    /// <exception cref="DavitException">What failed, in runc's words; nothing is left behind.</exception>
    public static LaunchedProcess Start(LaunchPlan plan, LaunchStreams streams) => Start(plan, streams, null);

    /// <summary>The same, with somebody who runs hooks; a plan made for hooks must have one.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="streams">Its streams.</param>
    /// <param name="hooks">Runs hooks.</param>
    /// <param name="mapUsers">Writes the maps of a new user namespace: process, map of users, map of groups; null writes them as root may.</param>
    public static LaunchedProcess Start(LaunchPlan plan, LaunchStreams streams, ILaunchHooks? hooks, Action<int, string, string>? mapUsers = null)
    {
        Kernel.Prepare();
        plan.Relocate();
        var program = plan.Program;
        ClearSlots(program);
        var there = plan.CgroupDirectories().Where(Directory.Exists).ToList();
        try
        {
            if (program->IdMapCount > 0) MappingNamespaces.Make(plan);
            var failed = 0;
            var errno = LaunchChild.Run(program, (LaunchOp*)((byte*)program + program->ParentOps), program->ParentCount, &failed);
            if (errno != 0) throw Failure(plan, program->ParentOps, failed, errno);
            return Clone(plan, streams, hooks, mapUsers ?? MapUsers);
        }
        catch
        {
            foreach (var directory in plan.CgroupDirectories().Except(there)) CgroupProcesses.TryRemove(directory);
            throw;
        }
        finally
        {
            CloseSlots(program);
        }
    }

    /// <summary>Starts another process in a running container, and returns when it has been executed.</summary>
    /// <param name="plan">Made for exec.</param>
    /// <param name="containerPidFd">Descriptor of the container's first process.</param>
    /// <param name="streams">Its streams.</param>
    /// <exception cref="DavitException">What failed; the container goes on.</exception>
    public static LaunchedProcess Exec(LaunchPlan plan, int containerPidFd, LaunchStreams streams)
    {
        Kernel.Prepare();
        plan.Relocate();
        var program = plan.Program;
        ClearSlots(program);
        program->Slots[Slot.ContainerPidFd] = containerPidFd;
        try
        {
            var failed = 0;
            var errno = LaunchChild.Run(program, (LaunchOp*)((byte*)program + program->ParentOps), program->ParentCount, &failed);
            if (errno != 0) throw Failure(plan, program->ParentOps, failed, errno);
            return Clone(plan, streams, null, MapUsers);
        }
        finally
        {
            CloseSlots(program);
        }
    }

    private static void ClearSlots(LaunchHeader* program)
    {
        for (var i = 0; i < LaunchHeader.SlotCount; i++) program->Slots[i] = -1;
    }

    private static void CloseSlots(LaunchHeader* program)
    {
        for (var i = Slot.BpfProgram; i < LaunchHeader.SlotCount; i++)
        {
            if (program->Slots[i] >= 0) Kernel.Call(SystemCall.Close, (nint)program->Slots[i]);
            program->Slots[i] = -1;
        }
    }

    private static LaunchedProcess Clone(LaunchPlan plan, LaunchStreams streams, ILaunchHooks? hooks, Action<int, string, string> mapUsers)
    {
        var program = plan.Program;
        int* ends = stackalloc int[2];
        Check(Kernel.Call(SystemCall.Socketpair, 1, SequencedPackets | CloseOnExec, 0, (nint)ends), "socketpair");
        program->Slots[Slot.ParentEnd] = ends[0];
        program->Slots[Slot.Parent] = ends[1];
        var nothing = -1;
        if (program->Terminal == 0 && (streams.Stdin < 0 || streams.Stdout < 0 || streams.Stderr < 0))
        {
            fixed (byte* path = "/dev/null\0"u8) nothing = (int)Check(Kernel.Call(SystemCall.Open, (nint)path, 0x80002), "open /dev/null");
        }

        program->Slots[Slot.Stdin] = streams.Stdin >= 0 ? streams.Stdin : nothing;
        program->Slots[Slot.Stdout] = streams.Stdout >= 0 ? streams.Stdout : nothing;
        program->Slots[Slot.Stderr] = streams.Stderr >= 0 ? streams.Stderr : nothing;
        var pidFd = -1;
        var pid = 0;
        ExecutableShield shield = default;
        try
        {
            shield = ExecutableShield.Make();
            pid = CloneChild(program, &pidFd, shield);
            Kernel.Call(SystemCall.Close, ends[1]);
            ends[1] = -1;
            if (program->UidMap != 0)
            {
                mapUsers(pid, plan.Text(plan.Program->UidMap), plan.Text(plan.Program->GidMap));
                Release(ends[0]);
            }

            var master = Follow(plan, ends[0], pid, pidFd, hooks);
            return new LaunchedProcess(pid, pidFd, master);
        }
        catch
        {
            if (pidFd >= 0) Abandon(pidFd);
            throw;
        }
        finally
        {
            shield.Release();
            Kernel.Call(SystemCall.Close, ends[0]);
            if (ends[1] >= 0) Kernel.Call(SystemCall.Close, ends[1]);
            if (nothing >= 0) Kernel.Call(SystemCall.Close, nothing);
        }
    }

    private static int CloneChild(LaunchHeader* program, int* pidFd, in ExecutableShield shield)
    {
        CloneArguments arguments = default;
        arguments.Flags = program->CloneFlags | ClonePidFd;
        arguments.PidFd = (ulong)pidFd;
        arguments.ExitSignal = 17;
        if (program->CloneCgroupSlot >= 0)
        {
            arguments.Flags |= CloneIntoCgroup;
            arguments.Cgroup = (ulong)program->Slots[program->CloneCgroupSlot];
        }

        var steps = shield.Steps;
        var count = shield.Count;
        if (program->UserNamespacePath != 0 || program->Through != 0) return CloneThrough(program, steps, count, arguments, pidFd);
        var joined = JoinPidNamespace(program);
        ulong all = ~0ul;
        ulong before = 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&all), (nint)(&before), 8);

        // SAFETY: the child shares nothing with the runtime's finalizer thread but copied memory; Enter needs nothing of the runtime and never returns here.
        var pid = Kernel.Call(SystemCall.Clone3, (nint)(&arguments), sizeof(CloneArguments));
        if (pid == 0) LaunchChild.Enter(program, steps, count);
        var errno = pid < 0 ? Kernel.Errno : 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&before), 0, 8);
        if (joined >= 0)
        {
            Kernel.Call(SystemCall.Setns, joined, CloneNewPid);
            Kernel.Call(SystemCall.Close, joined);
        }

        return pid < 0 ? throw new LinuxException((Errno)errno, "clone3").ToDavitException("can't start a process") : (int)pid;
    }

    /// <summary>Clones the child from inside another user namespace, by a process that goes there.</summary>
    private static int CloneThrough(LaunchHeader* program, LaunchOp* steps, int count, CloneArguments arguments, int* pidFd)
    {
        const ulong Parent = 0x8000;

        // the cgroup is entered with our rights: the user namespace has none over it
        var between = new CloneArguments { Flags = ClonePidFd | (arguments.Flags & CloneIntoCgroup), PidFd = (ulong)pidFd, ExitSignal = 17, Cgroup = arguments.Cgroup };
        arguments.Flags = (arguments.Flags & ~(ClonePidFd | CloneIntoCgroup)) | Parent;
        (arguments.PidFd, arguments.ExitSignal) = (0, 0);
        int* pipe = stackalloc int[2];
        Check(Kernel.Call(SystemCall.Pipe2, (nint)pipe, 0x80000), "pipe2");
        ulong all = ~0ul;
        ulong before = 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&all), (nint)(&before), 8);

        // SAFETY: as in CloneChild: Through needs nothing of the runtime and never returns here.
        var pid = Kernel.Call(SystemCall.Clone3, (nint)(&between), sizeof(CloneArguments));
        if (pid == 0) LaunchChild.Through(program, steps, count, (nint)(&arguments), sizeof(CloneArguments), pipe[1]);
        var errno = pid < 0 ? Kernel.Errno : 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&before), 0, 8);
        Kernel.Call(SystemCall.Close, pipe[1]);
        var told = 0;
        if (pid > 0 && Kernel.Call(SystemCall.Read, pipe[0], (nint)(&told), 4) != 4) told = -(int)Errno.ECHILD;
        Kernel.Call(SystemCall.Close, pipe[0]);
        if (pid > 0)
        {
            Reap(*pidFd);
            *pidFd = -1;
        }

        if (pid < 0 || told < 0) throw new LinuxException((Errno)(pid < 0 ? errno : -told), "setns", "user namespace").ToDavitException("can't start a process in the user namespace");

        // it is a child of this process: its number is its own until it is reaped
        *pidFd = (int)Check(Kernel.Call(SystemCall.PidfdOpen, told, 0), "pidfd_open");
        return told;
    }

    /// <summary>Makes the next child be born in another pid namespace; returns a descriptor of our own, to go back, or -1.</summary>
    private static int JoinPidNamespace(LaunchHeader* program)
    {
        var containerPidFd = program->Slots[Slot.ContainerPidFd];
        if (program->PidNamespacePath == 0 && containerPidFd < 0) return -1;
        int own;
        fixed (byte* self = "/proc/self/ns/pid\0"u8) own = (int)Check(Kernel.Call(SystemCall.Open, (nint)self, 0x80000), "open /proc/self/ns/pid");
        var target = containerPidFd >= 0 ? (nint)containerPidFd : Kernel.Call(SystemCall.Open, (nint)((byte*)program + program->PidNamespacePath), 0x80000);
        var result = target < 0 ? -1 : Kernel.Call(SystemCall.Setns, target, CloneNewPid);
        var errno = result < 0 ? Kernel.Errno : 0;
        if (containerPidFd < 0 && target >= 0) Kernel.Call(SystemCall.Close, target);
        if (errno == 0) return own;
        Kernel.Call(SystemCall.Close, own);
        throw new LinuxException((Errno)errno, "setns", "pid namespace").ToDavitException("can't join the pid namespace");
    }

    private static void MapUsers(int pid, string uidMap, string gidMap)
    {
        File.WriteAllText($"/proc/{pid}/uid_map", uidMap);
        File.WriteAllText($"/proc/{pid}/gid_map", gidMap);
    }

    private static void Release(int gate)
    {
        byte go = (byte)'0';
        Kernel.Call(SystemCall.Write, gate, (nint)(&go), 1);
    }

    /// <summary>Reads the child's reports until it has been executed, or until it stands at its start gate.</summary>
    private static int Follow(LaunchPlan plan, int child, int pid, int pidFd, ILaunchHooks? hooks)
    {
        var master = -1;
        var copied = -1;
        int* report = stackalloc int[2];
        try
        {
            while (true)
            {
                // the end of the socket without a report: executed (or killed on the way, which the caller sees as its end)
                if (!LaunchReport.Receive(child, report, out var descriptor)) return master;
                switch (report[0])
                {
                    case LaunchReport.TerminalReady:
                        master = descriptor;
                        break;
                    case LaunchReport.AtStartGate:
                        return master;
                    case LaunchReport.AtHooks:
                        hooks?.Run((HookPoint)report[1], new LaunchedProcess(pid, pidFd, master));
                        break;
                    case LaunchReport.CopyFrom:
                        copied = descriptor;
                        continue;
                    case LaunchReport.CopyTo:
                        CopyTo(ref copied, descriptor);
                        break;
                    case LaunchReport.Exposed:
                        throw new LinuxException((Errno)report[1], "prctl", "PR_SET_MM_MAP").ToDavitException("can't protect the runtime's own file from the container");
                    case LaunchReport.ListenerReady:
                        HandListenerOver(plan, pid, Take(pidFd, report[1]));
                        break;
                    default:
                        throw Failure(plan, plan.Program->ChildOps, report[0], report[1]);
                }

                Release(child);
            }
        }
        catch
        {
            if (master >= 0) Kernel.Call(SystemCall.Close, master);
            if (copied >= 0) Kernel.Call(SystemCall.Close, copied);
            throw;
        }
    }

    /// <summary>A descriptor of the child's, here.</summary>
    private static int Take(int pidFd, int theirs)
    {
        var ours = (int)Kernel.Call(SystemCall.PidfdGetfd, pidFd, theirs, 0);
        return ours >= 0 ? ours : throw new LinuxException((Errno)Kernel.Errno, "pidfd_getfd").ToDavitException("can't take a descriptor of the new process");
    }

    private static void CopyTo(ref int from, int to)
    {
        try
        {
            DirectoryCopy.Copy(from, to);
        }
        finally
        {
            Kernel.Call(SystemCall.Close, to);
            Kernel.Call(SystemCall.Close, from);
            from = -1;
        }
    }

    /// <summary>The filter holds already: whoever serves it must have the listener before the child's next call.</summary>
    private static void HandListenerOver(LaunchPlan plan, int pid, int listener)
    {
        try
        {
            var texts = (int*)((byte*)plan.Program + plan.Program->ListenerTexts);
            var pieces = new string[plan.Program->ListenerTextCount];
            for (var i = 0; i < pieces.Length; i++) pieces[i] = plan.Text(texts[i]);
            var document = string.Join(pid.ToString(System.Globalization.CultureInfo.InvariantCulture), pieces);
            DescriptorSocket.Send("seccomp listener", plan.Text(plan.Program->ListenerPath), System.Text.Encoding.UTF8.GetBytes(document), listener);
        }
        finally
        {
            Kernel.Call(SystemCall.Close, listener);
        }
    }

    /// <summary>Ends and reaps a child, and closes its descriptor.</summary>
    internal static void Abandon(int pidFd)
    {
        // SIGKILL through the pidfd; then reap, so that no zombie stays
        Kernel.Call(SystemCall.PidfdSendSignal, pidFd, 9, 0, 0);
        Reap(pidFd);
    }

    private static void Reap(int pidFd)
    {
        byte* info = stackalloc byte[128];
        Kernel.Call(SystemCall.Waitid, 3, pidFd, (nint)info, 4, 0);
        Kernel.Call(SystemCall.Close, pidFd);
    }

    private static DavitException Failure(LaunchPlan plan, int ops, int index, int errno)
    {
        var op = (LaunchOp*)((byte*)plan.Program + ops) + index;
        return LaunchErrors.Failure(plan.Program->Slots[Slot.ContainerPidFd] >= 0, plan.Text(op->Message), (Errno)errno);
    }

    private static nint Check(nint result, string call) => result >= 0 ? result : throw new LinuxException((Errno)Kernel.Errno, call).ToDavitException("can't start a process");

    [StructLayout(LayoutKind.Sequential)]
    internal struct CloneArguments
    {
        internal ulong Flags;
        internal ulong PidFd;
        internal ulong ChildTid;
        internal ulong ParentTid;
        internal ulong ExitSignal;
        internal ulong Stack;
        internal ulong StackSize;
        internal ulong Tls;
        internal ulong SetTid;
        internal ulong SetTidSize;
        internal ulong Cgroup;
    }
}
