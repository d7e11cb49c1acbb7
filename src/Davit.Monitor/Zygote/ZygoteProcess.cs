using System.Runtime.InteropServices;
using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;

namespace Davit.Monitor.Zygote;

/// <summary>
/// The process that monitors are forked from. It has one managed thread, and its loop allocates nothing, so that no collection ever wakes the
/// finalizer thread between two forks.
/// </summary>
internal sealed unsafe class ZygoteProcess
{
    /// <summary>Without a daemon from the start, it gives up after so long.</summary>
    private const int LonelyMilliseconds = 10_000;

    private const long ListenerKind = 1L << 32, LeaseKind = 2L << 32, MonitorKind = 3L << 32;
    private const int MaxEvents = 64, MessageCapacity = 4096;

    private readonly FinalizerThread _finalizer;
    private readonly string _socketPath;
    private readonly long _build;
    private readonly int _listener, _epoll;
    private readonly EpollEvent* _events;
    private readonly byte* _message;
    private readonly int* _descriptors;
    private readonly CloneArguments* _clone;
    private readonly int* _pidfd;
    private readonly delegate*<nint, nint, nint, nint, nint, nint, nint, nint> _syscall;
    private int _leases, _monitors, _collections;
    private bool _told, _hadLease;

    internal ZygoteProcess(string socketPath, int listener, long build)
    {
        _socketPath = socketPath;
        _listener = listener;
        _build = build;
        _epoll = Sys.EpollCreate(Sys.OCloexec);
        _events = (EpollEvent*)NativeMemory.AllocZeroed((nuint)(MaxEvents * sizeof(EpollEvent)));
        _message = (byte*)NativeMemory.AllocZeroed(MessageCapacity);
        _descriptors = (int*)NativeMemory.AllocZeroed(PacketSocket.MaxDescriptors * sizeof(int));
        _clone = (CloneArguments*)NativeMemory.AllocZeroed((nuint)sizeof(CloneArguments));
        _pidfd = (int*)NativeMemory.AllocZeroed(sizeof(int));
        nint libc = NativeLibrary.Load("libc.so.6"), syscall = NativeLibrary.GetExport(libc, "syscall");
        if ((syscall & 2) != 0)
        {
            throw new InvalidOperationException("libc's syscall stands at an address that managed function pointers can't hold");
        }

        // SAFETY: on x64 the managed calling convention is C's for integers. A call through it has no transition, so the forked copy of this
        // thread does not meet the collector on its way out of the call.
        _syscall = (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)syscall;
        Watch(listener, ListenerKind);
        Prewarm.Run();
        _finalizer = new FinalizerThread();
    }

    /// <summary>Serves until nothing needs it.</summary>
    internal void Run()
    {
        GC.Collect();
        _finalizer.Quiesce();
        _collections = GC.CollectionCount(0);
        while (!_told && (_leases > 0 || _monitors > 0 || !_hadLease))
        {
            int count = Sys.EpollWait(_epoll, _events, MaxEvents, _hadLease ? -1 : LonelyMilliseconds);
            if (count == 0)
            {
                break;
            }

            for (int i = 0; i < count && !_told; i++)
            {
                long data = _events[i].Data;
                int fd = (int)data;
                switch (data & ~0xffffffffL)
                {
                    case ListenerKind:
                        Accept();
                        break;
                    case LeaseKind:
                        Serve(fd);
                        break;
                    default:
                        ProcessEnd.Reap(fd);
                        Sys.Close(fd);
                        _monitors--;
                        break;
                }
            }
        }

        Sys.Unlink(_socketPath);
    }

    private void Watch(int fd, long kind)
    {
        EpollEvent change = new() { Events = Sys.EpollIn, Data = kind | (uint)fd };
        // SAFETY: the structure lives on this frame; the kernel copies it.
        Sys.EpollControl(_epoll, Sys.EpollAdd, fd, &change);
    }

    private void Accept()
    {
        int fd = Sys.Accept(_listener, null, null, Sys.SockCloexec | Sys.SockNonBlock);
        if (fd >= 0)
        {
            _leases++;
            _hadLease = true;
            Watch(fd, LeaseKind);
        }
    }

    private void Serve(int lease)
    {
        nint got = PacketSocket.Receive(lease, _message, MessageCapacity, _descriptors, out int count, Sys.MsgDontWait);
        if (got == -(int)Errno.EAGAIN)
        {
            return;
        }

        if (got < MessageHead.Size)
        {
            Sys.Close(lease);
            _leases--;
            return;
        }

        // SAFETY: at least a head was received.
        var head = (MessageHead*)_message;
        if (head->Type == MessageType.Lease)
        {
            head->Version = MessageHead.CurrentVersion;
            head->Value = _build;
            head->Request = Sys.ProcessId();
            PacketSocket.Send(lease, _message, MessageHead.Size, null, 0, null, 0, Sys.MsgDontWait);
        }
        else if (head->Type == MessageType.EndZygote)
        {
            _told = true;
        }
        else if (head->Type == MessageType.TrimZygote)
        {
            // The next fork sees that a collection ran and waits until the finalizer thread is parked again.
            GC.Collect();
        }
        else if (head->Type == MessageType.Start && count >= 2)
        {
            Fork(count);
        }

        for (int i = 0; i < count; i++)
        {
            Sys.Close(_descriptors[i]);
        }
    }

    private void Fork(int count)
    {
        if (GC.CollectionCount(0) != _collections)
        {
            // Not foreseen, but cheap to be safe from.
            _finalizer.Quiesce();
            _collections = GC.CollectionCount(0);
        }

        *_clone = default;
        _clone->Flags = 0x1000; // CLONE_PIDFD
        _clone->Pidfd = (ulong)_pidfd;
        _clone->ExitSignal = 17;
        nint pid = _syscall(Sys.SyscallClone3, (nint)_clone, sizeof(CloneArguments), 0, 0, 0, 0);
        if (pid == 0)
        {
            BecomeMonitor(count);
        }

        var head = (MessageHead*)_message;
        head->Version = MessageHead.CurrentVersion;
        head->Type = pid < 0 ? MessageType.Failed : MessageType.Forked;
        head->Value = pid;
        PacketSocket.Send(_descriptors[0], _message, MessageHead.Size, null, 0, null, 0, Sys.MsgDontWait);
        if (pid > 0)
        {
            _monitors++;
            Watch(*_pidfd, MonitorKind);
        }
    }

    private void BecomeMonitor(int count)
    {
        Descriptors.KeepOnly(new ReadOnlySpan<int>(_descriptors, count));
        ProcessName.Set("davit-monitor");
        ContainerMonitor.Run(_descriptors[0], _descriptors[1], new ReadOnlySpan<int>(_descriptors + 2, count - 2));
        Sys.ExitNow(0);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CloneArguments
    {
        internal ulong Flags, Pidfd, ChildTid, ParentTid, ExitSignal, Stack, StackSize, Tls, SetTid, SetTidSize, Cgroup;
    }
}
