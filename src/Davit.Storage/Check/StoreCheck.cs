using System.Buffers;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Disk;
using Davit.Storage.Documents;
using Davit.Storage.Layers;

namespace Davit.Storage.Check;

/// <summary>Reads the whole store and compares it with its records. Damaged content is removed on request: what was pulled comes again from its registry.</summary>
internal sealed class StoreCheck(StoragePaths paths, DocumentStore documents, ContentStore content, LayerStore layers)
{
    private readonly List<CheckFinding> _findings = [];

    internal async Task<CheckReport> RunAsync(bool repair, CancellationToken cancellation)
    {
        if (documents.Verify() is { } complaint) _findings.Add(new(paths.Database, complaint, null));
        var blobBytes = await CheckBlobsAsync(repair, cancellation).ConfigureAwait(false);
        var layerBytes = await CheckLayersAsync(repair, cancellation).ConfigureAwait(false);
        CheckUnknown(paths.Layers, layers.DirectoryNames(), repair);
        CheckUnknown(paths.RootFs, layers.RootFsNames(ephemeral: false), repair);
        CheckUnknown(paths.EphemeralRootFs, layers.RootFsNames(ephemeral: true), repair);
        foreach (var algorithm in (string[])["sha256", "sha512"])
        {
            var known = content.List().Select(blob => blob.Key).Where(digest => digest.Algorithm == algorithm).Select(digest => digest.Hex).ToHashSet(StringComparer.Ordinal);
            CheckUnknown(Path.Combine(paths.Blobs, algorithm), known, repair);
        }

        return new(content.List().Count(), blobBytes, layers.List().Count, layerBytes, layers.ListRootFs().Count, _findings);
    }

    private async Task<long> CheckBlobsAsync(bool repair, CancellationToken cancellation)
    {
        long bytes = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            foreach (var (digest, size) in content.List())
            {
                var (problem, read) = await HashAsync(digest, size, buffer, cancellation).ConfigureAwait(false);
                bytes += read;
                if (problem is null) continue;
                if (repair) content.Delete(digest);
                _findings.Add(new($"blob {digest}", problem, repair ? "removed" : null));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return bytes;
    }

    private async Task<(string? Problem, long Read)> HashAsync(Digest digest, long size, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            var file = content.OpenRead(digest);
            await using (file.ConfigureAwait(false))
            {
                using var hash = digest.CreateHash();
                long total = 0;
                while (await file.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    total += read;
                }

                if (total != size) return ($"has {total} bytes, {size} are recorded", total);
                return (Convert.ToHexStringLower(hash.GetHashAndReset()) == digest.Hex ? null : "has other content than its digest says", total);
            }
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound)
        {
            return ("is missing", 0);
        }
        catch (IOException e)
        {
            return ($"cannot be read: {e.Message}", 0);
        }
    }

    private async Task<long> CheckLayersAsync(bool repair, CancellationToken cancellation)
    {
        long bytes = 0;
        foreach (var layer in layers.List())
        {
            string? problem = null;
            if (!Directory.Exists(layer.Directory))
            {
                problem = "its directory is missing";
            }
            else
            {
                try
                {
                    await layers.WriteTarAsync(layer, Stream.Null, cancellation).ConfigureAwait(false);
                    bytes += layer.Size;
                }
                catch (DavitException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.Internal)
                {
                    problem = e.Message;
                }
            }

            if (problem is null) continue;
            string? done = null;
            if (repair) done = await layers.DropAsync(layer.ChainId, cancellation).ConfigureAwait(false) ? "removed; it is unpacked again when an image needs it" : "kept: a container stands on it";
            _findings.Add(new($"layer {layer.ChainId}", problem, done));
        }

        return bytes;
    }

    private void CheckUnknown(string directory, IReadOnlySet<string> known, bool repair)
    {
        foreach (var name in DiskFiles.Names(directory).Where(name => !known.Contains(name)))
        {
            var path = Path.Combine(directory, name);
            if (repair) DiskFiles.RemoveTree(path);
            _findings.Add(new(path, "has no record", repair ? "removed" : null));
        }
    }
}
