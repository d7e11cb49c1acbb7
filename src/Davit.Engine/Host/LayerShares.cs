using Davit.Images;
using Davit.Oci;
using Davit.Storage.Layers;

namespace Davit.Engine.Host;

/// <summary>How often each layer is used by images, to tell shared bytes from an image's own.</summary>
internal sealed class LayerShares(IEnumerable<Image> images, ILayerStore layers)
{
    private readonly Dictionary<Digest, int> _uses = images.SelectMany(image => ChainOf(image).Distinct()).CountBy(chain => chain).ToDictionary();

    /// <summary>Bytes of all layers that images use.</summary>
    public long Total => _uses.Keys.Sum(SizeOf);

    /// <summary>Bytes of an image's layers that other images use too.</summary>
    public long SharedBy(Image image) => ChainOf(image).Where(chain => _uses.GetValueOrDefault(chain) > 1).Sum(SizeOf);

    private long SizeOf(Digest chain) => layers.Find(chain)?.Size ?? 0;

    private static IReadOnlyList<Digest> ChainOf(Image image) => ChainId.All(image.Config.RootFs.DiffIds);
}
