using Davit.Linux.Descriptors;
using Davit.Linux.Netlink;

namespace Davit.Network.Namespaces;

/// <summary>
/// The one thread that visits other network namespaces. It is never part of a pool, and while it is abroad it only makes system calls:
/// anything that could start another thread would start it in the foreign namespace. When it has nothing to do it fills the pools.
/// </summary>
internal sealed class NamespaceThread : IDisposable
{
    private const int StackSize = 256 << 10;
    private readonly Lock _gate = new();
    private readonly Queue<Action> _requests = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Func<int> _refill;
    private readonly Thread _thread;
    private FileDescriptor? _home;
    private volatile bool _stopped;

    /// <summary>Makes the thread; it runs after <see cref="Start"/>.</summary>
    /// <param name="name">Name of the thread, for whoever looks.</param>
    /// <param name="refill">Prepares one thing, on this thread, and says in how many milliseconds it wants to be called again; -1 when woken.</param>
    internal NamespaceThread(string name, Func<int> refill)
    {
        _refill = refill;
        _thread = new Thread(Run, StackSize) { IsBackground = true, Name = name };
    }

    internal void Start() => _thread.Start();

    /// <summary>Lets the thread look whether something must be prepared.</summary>
    internal void Wake() => _wake.Release();

    /// <summary>Runs something on the thread, before any preparation.</summary>
    internal Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _requests.Enqueue(() =>
            {
                try
                {
                    result.SetResult(work());
                }
                catch (Exception e)
                {
                    result.SetException(e);
                }
            });
        }

        _wake.Release();
        return result.Task;
    }

    /// <summary>Visits a namespace; only for work that runs on this thread.</summary>
    /// <param name="target">The namespace, or null for a new one.</param>
    /// <param name="work">System calls only: no locks, no tasks, no callbacks.</param>
    internal T Visit<T>(FileDescriptor? target, Func<T> work)
    {
        if (target is null)
        {
            NetworkNamespace.EnterNew();
        }
        else
        {
            NetworkNamespace.Enter(target);
        }

        try
        {
            return work();
        }
        finally
        {
            NetworkNamespace.Enter(_home!);
        }
    }

    /// <summary>Ends the thread when it has done what it was asked.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        _wake.Release();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _wake.Dispose();
        _home?.Dispose();
    }

    private void Run()
    {
        _home = NetworkNamespace.OpenOwn();
        while (true)
        {
            while (TryTake(out var request))
            {
                request();
            }

            if (_stopped)
            {
                return;
            }

            if (_refill() is not 0 and var pause)
            {
                _wake.Wait(pause);
            }
        }
    }

    private bool TryTake(out Action request)
    {
        lock (_gate)
        {
            return _requests.TryDequeue(out request!);
        }
    }
}
