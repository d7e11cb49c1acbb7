using System.Text;
using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Logs;

/// <summary>Tells followers that a log directory changed: one inotify descriptor and one thread for all of them, begun by the first.</summary>
internal sealed unsafe class LogWatcher : IDisposable
{
    // IN_MODIFY | IN_CREATE | IN_MOVED_TO
    private const uint Changes = 0x2 | 0x100 | 0x80;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, List<LogWatch>> _watches = [];
    private int _inotify = -1, _stopRead = -1, _stopWrite = -1;

    /// <summary>Begins to watch; the directory may not exist yet.</summary>
    internal LogWatch Watch(string directory)
    {
        Directory.CreateDirectory(directory);
        lock (_gate)
        {
            if (_inotify < 0)
            {
                Begin();
            }

            int id;
            fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0'))
            {
                // SAFETY: the path is zero-terminated. inotify_add_watch is call 254.
                id = (int)Sys.Syscall(254, _inotify, (nint)path, (nint)Changes, 0, 0, 0);
            }

            if (id < 0)
            {
                throw new LinuxException((Errno)Sys.Errno, "inotify_add_watch", directory);
            }

            var watch = new LogWatch(this, id);
            if (!_watches.TryGetValue(id, out var list))
            {
                _watches[id] = list = [];
            }

            list.Add(watch);
            return watch;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopWrite >= 0)
            {
                Sys.Close(_stopWrite);
                _stopWrite = -1;
            }
        }
    }

    private void Begin()
    {
        int* ends = stackalloc int[2];
        // SAFETY: two ints are what pipe2 writes. inotify_init1 is call 294.
        if (Sys.Pipe(ends, Sys.OCloexec) < 0 || (_inotify = (int)Sys.Syscall(294, Sys.OCloexec, 0, 0, 0, 0, 0)) < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "inotify_init1");
        }

        _stopRead = ends[0];
        _stopWrite = ends[1];
        int inotify = _inotify, stop = _stopRead;
        new Thread(() => Loop(inotify, stop)) { IsBackground = true, Name = "log watcher" }.Start();
    }

    private void Loop(int inotify, int stop)
    {
        byte* buffer = stackalloc byte[4096];
        long* polled = stackalloc long[2];
        for (;;)
        {
            // SAFETY: two pollfd of 8 bytes {fd, events = POLLIN}; poll is call 7.
            polled[0] = (uint)inotify | (1L << 32);
            polled[1] = (uint)stop | (1L << 32);
            Sys.Syscall(7, (nint)polled, 2, -1, 0, 0, 0);
            if (polled[1] >> 48 != 0)
            {
                Sys.Close(inotify);
                Sys.Close(stop);
                return;
            }

            nint got = polled[0] >> 48 == 0 ? 0 : Sys.Read(inotify, buffer, 4096);
            lock (_gate)
            {
                // struct inotify_event: int wd, mask, cookie, len, name[len]
                for (nint at = 0; at + 16 <= got; at += 16 + (nint)(*(uint*)(buffer + at + 12)))
                {
                    int id = *(int*)(buffer + at);
                    foreach (var list in id >= 0 ? [_watches.GetValueOrDefault(id) ?? []] : _watches.Values.ToArray())
                    {
                        foreach (var watch in list)
                        {
                            watch.Changed();
                        }
                    }
                }
            }
        }
    }

    private void Remove(LogWatch watch)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(watch.Id, out var list) && list.Remove(watch) && list.Count == 0)
            {
                _watches.Remove(watch.Id);
                // inotify_rm_watch is call 255
                Sys.Syscall(255, _inotify, watch.Id, 0, 0, 0, 0);
            }
        }
    }

    /// <summary>One follower's interest in a directory.</summary>
    internal sealed class LogWatch(LogWatcher owner, int id) : IDisposable
    {
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal int Id => id;

        /// <summary>Completes at the next change; ask for it before looking at the files.</summary>
        internal Task Next()
        {
            lock (owner._gate)
            {
                if (_next.Task.IsCompleted)
                {
                    _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                return _next.Task;
            }
        }

        internal void Changed() => _next.TrySetResult();

        public void Dispose() => owner.Remove(this);
    }
}
