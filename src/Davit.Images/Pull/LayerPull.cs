using System.Buffers;
using Davit.Archive;
using Davit.Images.Progress;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Storage.Content;
using Davit.Storage.Layers;

namespace Davit.Images.Pull;

/// <summary>Brings the layers of one image here: each downloads, verifies and unpacks on its own, some at a time.</summary>
internal sealed class LayerPull(DistributionClient client, IContentStore content, ILayerStore layers, SemaphoreSlim downloads, SemaphoreSlim unpacks, TimeProvider time)
{
    private const int BufferBytes = 256 << 10;

    internal async Task RunAsync(Reference name, IReadOnlyList<Descriptor> blobs, IReadOnlyList<Digest> diffIds, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var chain = ChainId.All(diffIds);
        var missing = new List<int>();
        for (var i = 0; i < blobs.Count; i++)
        {
            if (layers.Find(chain[i]) is null)
            {
                missing.Add(i);
                progress.Step(blobs[i].Digest.Short, "Pulling fs layer");
            }
            else
            {
                progress.Step(blobs[i].Digest.Short, "Already exists");
            }
        }

        foreach (var i in missing.Skip(downloads.CurrentCount)) progress.Step(blobs[i].Digest.Short, "Waiting");
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = missing.Select(i => OneAsync(name, blobs[i], [.. chain.Take(i)], diffIds[i], credential, progress, failure)).ToList();
        try
        {
            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // the first that failed has cancelled the others
            throw tasks.Select(t => t.Exception?.InnerException).First(e => e is not null and not OperationCanceledException)!;
        }
    }

    /// <summary>Fetches a blob into the content store, from where an earlier attempt ended.</summary>
    internal async Task FetchAsync(Reference name, Descriptor blob, Credential? credential, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (content.Contains(blob.Digest)) return;
        var writer = await content.BeginWriteAsync(blob.Digest, cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            if (content.Contains(blob.Digest)) return;
            if (writer.Offset > blob.Size) writer.Restart();
            var stream = client.OpenBlob(name, blob, writer.Offset, credential);
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                int read;
                while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                {
                    await writer.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                    progress?.Report(writer.Offset);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            try
            {
                await writer.CommitAsync(cancellation).ConfigureAwait(false);
            }
            catch (DavitException problem) when (problem.Kind == ErrorKind.DataLoss)
            {
                var what = blob.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig ? "image config" : "filesystem layer";
                throw new DavitException(ErrorKind.DataLoss, $"{what} verification failed for digest {blob.Digest}", problem.Message, problem);
            }
        }
    }

    /// <summary>Unpacks a blob that is here.</summary>
    internal async Task UnpackAsync(Digest blob, IReadOnlyList<Digest> parents, Digest diffId, IProgress<long>? progress, CancellationToken cancellation)
    {
        await unpacks.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Stream source = content.OpenRead(blob);
            if (progress is not null) source = new CountingStream(source, progress);
            var (plain, _) = await Decompression.OpenAsync(source, leaveOpen: false, cancellation).ConfigureAwait(false);
            await using (plain.ConfigureAwait(false)) await layers.ApplyAsync(parents, diffId, plain, cancellation).ConfigureAwait(false);
        }
        catch (DavitException problem) when (problem.Kind is ErrorKind.DataLoss or ErrorKind.InvalidArgument && !problem.Message.Contains(diffId.ToString(), StringComparison.Ordinal))
        {
            // what is wrong with its bytes, and whose bytes they are
            throw new DavitException(problem.Kind, $"failed to register layer: {problem.Message} (layer {blob})", problem.Hint, problem);
        }
        finally
        {
            unpacks.Release();
        }
    }

    private async Task OneAsync(Reference name, Descriptor blob, IReadOnlyList<Digest> parents, Digest diffId, Credential? credential, IProgress<ProgressEvent> progress, CancellationTokenSource failure)
    {
        try
        {
            var id = blob.Digest.Short;
            await downloads.WaitAsync(failure.Token).ConfigureAwait(false);
            try
            {
                // its own thread from here on: hashing and decompressing must not hold up the other layers
                await Task.Run(() => FetchAsync(name, blob, credential, new ByteProgress(progress, time, id, "Downloading", blob.Size), failure.Token), failure.Token).ConfigureAwait(false);
            }
            finally
            {
                downloads.Release();
            }

            progress.Step(id, "Verifying Checksum");
            progress.Step(id, "Download complete");
            await Task.Run(() => UnpackAsync(blob.Digest, parents, diffId, new ByteProgress(progress, time, id, "Extracting", blob.Size), failure.Token), failure.Token).ConfigureAwait(false);
            progress.Step(id, "Pull complete");
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
