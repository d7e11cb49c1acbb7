using System.Threading.Channels;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Network.Bridges;

namespace Davit.Network.Namespaces;

/// <summary>Takes down interfaces and namespaces of ended containers in the background: the kernel waits for grace periods there, and nobody needs to wait with it.</summary>
internal sealed class Reaper : IAsyncDisposable
{
    private const int LargestBatch = 64;
    private readonly Channel<Remains> _queue = Channel.CreateUnbounded<Remains>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HostLinks _links = new(); // its own: removing waits in the kernel, and starts must not wait behind it
    private readonly uint _group;
    private readonly Task _loop;

    /// <summary>Begins to wait for work.</summary>
    /// <param name="group">A group of interfaces for those that go.</param>
    internal Reaper(uint group)
    {
        _group = group;
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
        var batch = new List<Remains>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _queue.Reader.TryRead(out var remains))
            {
                batch.Add(remains);
            }

            try
            {
                _links.DeleteAll([.. batch.SelectMany(remains => remains.HostInterfaces)], _group);
            }
            catch (LinuxException)
            {
                // The sweep at the next start finds what could not be removed now.
            }

            foreach (var remains in batch)
            {
                Unpin(remains.NamespacePath);
                remains.Done?.Invoke();
            }
        }
    }

    private static void Unpin(string? path)
    {
        try
        {
            if (path is not null)
            {
                NetworkNamespace.Unpin(path);
            }
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            // as above
        }
    }
}
