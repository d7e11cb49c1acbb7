using Davit.Images.Catalog;
using Davit.Images.Pull;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Images.Removal;

/// <summary>Removes images that nobody uses.</summary>
internal sealed class ImagePrune(ImageCatalog catalog, ImageRemove remove, InterruptedPulls interrupted, Leftover leftover, TimeProvider time)
{
    internal async Task<ImagePruning> RunAsync(bool danglingOnly, ImageFilter filter, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation)
    {
        var removals = new List<ImageRemoval>();
        long bytes = 0;
        foreach (var image in filter.Apply(catalog.State.Images.Values, name => ImageLookup.Require(catalog.State, name), time.GetUtcNow()))
        {
            cancellation.ThrowIfCancellationRequested();
            var state = catalog.State;
            if (!state.Images.TryGetValue(image.Id, out var now) || (danglingOnly && now.Tags.Count > 0) || state.HasChildren(image.Id) || users(image.Id).Count > 0) continue;
            try
            {
                bytes += await remove.DeleteAsync(image.Id, force: true, prune: true, quiet: true, users, removals).ConfigureAwait(false);
            }
            catch (DavitException problem) when (problem.Kind == ErrorKind.Conflict)
            {
                // a container came meanwhile
            }
        }

        // whoever cleans up does not wait for a pull to go on
        bytes += await leftover.DropAsync(interrupted.ForgetAll()).ConfigureAwait(false);
        return new(removals, bytes);
    }
}
