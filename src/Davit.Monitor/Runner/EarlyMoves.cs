using Davit.Linux.Cgroups;

namespace Davit.Monitor.Runner;

/// <summary>
/// The first move of a process to a cgroup of version 1 waits for an RCU grace period (6 to 20 ms: the kernel's cgroup_threadgroup_rwsem); moves in the next
/// tens of milliseconds do not. So a thread of its own moves this process to where it is as soon as a start is in sight, and what is planned meanwhile hides the wait.
/// </summary>
internal sealed class EarlyMoves : IDisposable
{
    private readonly CgroupHierarchies _cgroups = CgroupHierarchies.Detect();
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly Lock _gate = new();
    private Thread? _thread;
    private volatile bool _busy;
    private volatile bool _ended;

    /// <summary>Begins a move unless one is on its way.</summary>
    internal void Begin()
    {
        if (_cgroups.IsUnified || _busy || _ended) return;
        lock (_gate)
        {
            if (_busy) return;
            _busy = true;
            if (_thread is null)
            {
                _thread = new Thread(Run, maxStackSize: 64 << 10) { IsBackground = true, Name = "early moves" };
                _thread.Start();
            }
        }

        _wanted.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended = true;
        _wanted.Release();
        _thread?.Join();
        _wanted.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _wanted.Wait();
            if (_ended) return;
            try
            {
                // looked up each time: whoever moved the daemon elsewhere meant it
                if (_cgroups.OwnProcesses() is { } processes) File.WriteAllText(processes, "0");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // then the start itself waits
            }

            _busy = false;
        }
    }
}
