using Davit.Images.Catalog;
using Davit.Oci;
using Davit.Storage.Layers;

namespace Davit.Images.Listing;

/// <summary>The rows of <c>docker history</c>.</summary>
internal static class ImageHistoryRows
{
    private const string Missing = "<missing>";

    internal static IReadOnlyList<ImageStep> Of(Image image, CatalogState state, ILayerStore layers)
    {
        var chain = ChainId.All(image.Config.RootFs.DiffIds);
        var rows = new List<ImageStep>();
        var layer = 0;
        foreach (var step in image.Config.History)
        {
            long size = 0;
            if (!step.EmptyLayer && layer < chain.Count) size = layers.Find(chain[layer++])?.Size ?? 0;
            rows.Add(new(Missing, step.Created, step.CreatedBy ?? "", [], size, step.Comment ?? ""));
        }

        // layers that the history does not tell of
        for (; layer < chain.Count; layer++) rows.Add(new(Missing, null, "", [], layers.Find(chain[layer])?.Size ?? 0, ""));
        rows.Reverse();

        // an image that another was made from shows at its own step
        for (Image? at = image; at is not null; at = at.Parent is { } parent && state.Images.TryGetValue(parent, out var below) ? below : null)
        {
            var row = rows.Count - at.Config.History.Count;
            if (row < 0 || row >= rows.Count || rows[row].Id != Missing) break;
            rows[row] = rows[row] with { Id = at.Id.ToString(), Tags = [.. at.Tags.Select(t => t.Familiar)] };
        }

        return rows;
    }
}
