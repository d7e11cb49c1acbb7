using System.Threading.Channels;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Network.Bridges;

namespace Davit.Network.Namespaces;

/// <summary>Takes down interfaces and namespaces of ended containers in the background: the kernel waits for grace periods there, and nobody needs to wait with it.</summary>
internal sealed class Reaper : IAsyncDisposable
{
    private readonly Channel<Remains> _queue = Channel.CreateUnbounded<Remains>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HostLinks _links = new(); // its own: removing waits in the kernel, and starts must not wait behind it
    private readonly Task _loop;

    internal Reaper()
    {
        _loop = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default).Unwrap();
    }

    /// <summary>What is left of a container's network.</summary>
    /// <param name="NamespacePath">Pinned namespace, or null.</param>
    /// <param name="HostInterfaces">Ends of pairs on the host.</param>
    /// <param name="Done">Called when all is gone, for addresses that others may have from then on.</param>
    internal sealed record Remains(string? NamespacePath, IReadOnlyList<string> HostInterfaces, Action? Done);

    internal void Add(Remains remains) => _queue.Writer.TryWrite(remains);

    /// <summary>Completes when everything that was added before is gone.</summary>
    internal Task DrainAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite(new Remains(null, [], done.SetResult)) ? done.Task : _loop;
    }

    /// <summary>Completes when everything is gone; nothing can be added any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        _links.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var remains in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                foreach (var name in remains.HostInterfaces)
                {
                    _links.Delete(name);
                }

                if (remains.NamespacePath is { } path)
                {
                    NetworkNamespace.Unpin(path);
                }
            }
            catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
            {
                // The sweep at the next start finds what could not be removed now.
            }
            finally
            {
                remains.Done?.Invoke();
            }
        }
    }
}
