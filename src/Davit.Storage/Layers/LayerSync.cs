using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Storage.Disk;

namespace Davit.Storage.Layers;

/// <summary>
/// Gets the files of new layers onto the disk behind the back of who made them: one syncfs serves all that are waiting. Until then a layer's row names the
/// boot that wrote it, and a store opened in another boot throws the layer away.
/// </summary>
internal sealed class LayerSync : IAsyncDisposable
{
    private readonly string _root;
    private readonly Func<IReadOnlyCollection<Digest>, Task> _synced;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private HashSet<Digest> _waiting = [];
    private Task? _running;
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="root">The data root.</param>
    /// <param name="synced">Called with the layers that are on disk now.</param>
    /// <param name="time">For the pause that gathers layers.</param>
    internal LayerSync(string root, Func<IReadOnlyCollection<Digest>, Task> synced, TimeProvider time) => (_root, _synced, _time) = (root, synced, time);

    internal void Add(Digest chainId)
    {
        lock (_gate)
        {
            _waiting.Add(chainId);
            _running ??= RunAsync();
        }
    }

    /// <summary>Syncs now what is waiting, and waits for it.</summary>
    internal async Task FlushAsync(CancellationToken cancellation)
    {
        Task? running;
        lock (_gate)
        {
            // what an earlier sync failed on waits without anybody running
            if (_waiting.Count > 0) _running ??= RunAsync();
            running = _running;
            _hurry.TrySetResult();
        }

        if (running is not null) await running.WaitAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Primitives.DavitException)
        {
            // the rows still say that the layers are not synced: the next start in another boot drops them
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = Task.Delay(TimeSpan.FromSeconds(3), _time, _stop.Token);
        await Task.WhenAny(pause, _hurry.Task).ConfigureAwait(false);
        while (true)
        {
            HashSet<Digest> batch;
            lock (_gate)
            {
                (batch, _waiting) = (_waiting, []);
                if (batch.Count == 0)
                {
                    _running = null;
                    _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    return;
                }
            }

            try
            {
                await Task.Run(Sync).ConfigureAwait(false);
                await _synced(batch).ConfigureAwait(false);
            }
            catch
            {
                lock (_gate)
                {
                    _waiting.UnionWith(batch);
                    _running = null;
                    _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                throw;
            }
        }
    }

    private void Sync()
    {
        using var root = DiskFiles.Open(_root, OpenHow.Directory, 0);
        DiskFiles.Check(FileIo.SyncFileSystem(root.Number), "syncfs", _root);
    }
}
