using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Supervision;

/// <summary>One epoll instance and what hangs on it. Everything of a monitor happens in here, on one thread.</summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int Capacity = 32;

    private readonly int _epoll;
    private readonly List<(IReady? Handler, int Generation)> _slots = [];
    private readonly Stack<int> _free = new();
    private readonly List<ITimed> _timed = [];

    internal EventLoop()
    {
        _epoll = Sys.EpollCreate(Sys.OCloexec);
        if (_epoll < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "epoll_create1");
        }
    }

    /// <summary>Registers a descriptor; the returned key names the registration.</summary>
    internal long Add(int fd, uint events, IReady handler)
    {
        int slot;
        if (!_free.TryPop(out slot))
        {
            slot = _slots.Count;
            _slots.Add((null, 0));
        }

        int generation = _slots[slot].Generation + 1;
        _slots[slot] = (handler, generation);
        long key = ((long)generation << 32) | (uint)slot;
        EpollEvent change = new() { Events = events, Data = key };
        // SAFETY: the structure lives on this frame; the kernel copies it.
        if (Sys.EpollControl(_epoll, Sys.EpollAdd, fd, &change) < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "epoll_ctl");
        }

        return key;
    }

    /// <summary>Changes what a registration waits for.</summary>
    internal void Modify(int fd, long key, uint events)
    {
        EpollEvent change = new() { Events = events, Data = key };
        // SAFETY: the structure lives on this frame; the kernel copies it.
        Sys.EpollControl(_epoll, Sys.EpollModify, fd, &change);
    }

    /// <summary>Ends a registration; call it before the descriptor is closed.</summary>
    internal void Remove(int fd, long key)
    {
        Sys.EpollControl(_epoll, Sys.EpollDelete, fd, null);
        int slot = (int)key;
        if (_slots[slot].Generation == (int)(key >> 32) && _slots[slot].Handler is not null)
        {
            _slots[slot] = (null, _slots[slot].Generation);
            _free.Push(slot);
        }
    }

    internal void AddTimed(ITimed timed) => _timed.Add(timed);

    internal void RemoveTimed(ITimed timed) => _timed.Remove(timed);

    /// <summary>Waits for something to happen and handles it.</summary>
    internal void Turn()
    {
        EpollEvent* events = stackalloc EpollEvent[Capacity];
        long deadline = long.MaxValue;
        foreach (var timed in _timed)
        {
            deadline = Math.Min(deadline, timed.Deadline);
        }

        int wait = deadline == long.MaxValue ? -1 : (int)Math.Clamp(deadline - Sys.Milliseconds(), 0, int.MaxValue);
        // SAFETY: the kernel writes at most Capacity events.
        int count = Sys.EpollWait(_epoll, events, Capacity, wait);
        for (int i = 0; i < count; i++)
        {
            long key = events[i].Data;
            var (handler, generation) = _slots[(int)key];
            // A handler called before in this turn may have ended this registration.
            if (handler is not null && generation == (int)(key >> 32))
            {
                handler.Ready(events[i].Events);
            }
        }

        if (deadline != long.MaxValue)
        {
            long now = Sys.Milliseconds();
            for (int i = _timed.Count - 1; i >= 0; i--)
            {
                if (i < _timed.Count && _timed[i].Deadline <= now)
                {
                    _timed[i].Expired(now);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Sys.Close(_epoll);
}
