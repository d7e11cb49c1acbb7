using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Disk;

namespace Davit.Storage.Layers;

/// <summary>What collection and check ask of the layers.</summary>
internal sealed partial class LayerStore
{
    /// <summary>Top chain ids that root file systems stand on.</summary>
    internal IEnumerable<Digest> ChainsInUse() => _rootFs.Values.SelectMany(entry => entry.Chain);

    /// <summary>Chain ids of a layer and all below it, as far as they are here.</summary>
    internal IEnumerable<Digest> WithParents(Digest chainId)
    {
        for (Digest? at = chainId; at is { } current;)
        {
            yield return current;
            at = _layers.TryGetValue(current, out var row) ? row.Parent : null;
        }
    }

    internal HashSet<string> DirectoryNames() => _layers.Values.Select(row => row.Directory).ToHashSet(StringComparer.Ordinal);

    internal HashSet<string> RootFsNames(bool ephemeral) => _rootFs.Where(pair => pair.Value.Ephemeral == ephemeral).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Removes a layer unless a running operation may need it or a root file system came to stand on it.</summary>
    internal async Task<bool> CollectAsync(Digest chainId, CancellationToken cancellation)
    {
        using var turn = await _making.EnterAsync(chainId, cancellation).ConfigureAwait(false);
        if (!_layers.TryGetValue(chainId, out var row)) return false;

        // Gone from the model in the same moment in which it is found unprotected: who asks later is told that it is not there.
        var removed = false;
        lock (_rootFsGate)
        {
            if (UserOf(chainId) is null) removed = _leases.RunUnlessProtected(chainId, () => _layers.TryRemove(chainId, out _));
        }

        if (!removed) return false;
        await DeleteAsync(row).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes a damaged layer; false when a root file system stands on it.</summary>
    internal async Task<bool> DropAsync(Digest chainId, CancellationToken cancellation)
    {
        using var turn = await _making.EnterAsync(chainId, cancellation).ConfigureAwait(false);
        LayerRow? row;
        lock (_rootFsGate)
        {
            if (UserOf(chainId) is not null || !_layers.TryRemove(chainId, out row)) return false;
        }

        await DeleteAsync(row).ConfigureAwait(false);
        return true;
    }

    private async Task DeleteAsync(LayerRow row)
    {
        try
        {
            await _documents.WriteAsync([new(Collection, row.ChainId.ToString(), null)], CancellationToken.None).ConfigureAwait(false);
        }
        catch (DavitException)
        {
            _layers[row.ChainId] = row;
            throw;
        }

        var directory = DirectoryOf(row);
        if (Directory.Exists(directory)) MoveToTrash(directory);
    }
}
