using System.Text.Json;
using Davit.Archive;
using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Progress;
using Davit.Images.Removal;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Archives;

/// <summary>Makes an image of one layer out of a root file system.</summary>
internal sealed class RootFsImport(ImageRecorder recorder, ILayerStore layers, WholeOrNothing whole, TimeProvider time)
{
    internal Task<Image> RunAsync(Stream tar, Reference? reference, ImageRunConfig config, string? message, Platform? platform, IProgress<ProgressEvent> progress, CancellationToken cancellation) =>
        whole.RunAsync(lease => RunAsync(tar, reference, config, message, platform, lease, progress, cancellation));

    private async Task<Image> RunAsync(Stream tar, Reference? reference, ImageRunConfig config, string? message, Platform? platform, Lease lease, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var (plain, _) = await Decompression.OpenAsync(tar, leaveOpen: true, cancellation).ConfigureAwait(false);
        Layer layer;
        await using (plain.ConfigureAwait(false)) layer = await layers.ApplyAsync([], null, plain, cancellation).ConfigureAwait(false);
        lease.Hold(layer.ChainId);
        var target = platform ?? Platform.Host;
        var created = time.GetUtcNow();
        var image = await recorder.RecordAsync(
            new()
            {
                Created = created,
                Architecture = target.Architecture,
                Os = target.Os,
                Variant = target.Variant,
                Config = config,
                RootFs = new() { DiffIds = [layer.DiffId] },
                History = [new() { Created = created, Comment = message ?? "Imported from -" }],
            },
            reference is null ? [] : [reference],
            null,
            cancellation).ConfigureAwait(false);
        progress.Line(image.Id.ToString());
        return image;
    }
}
