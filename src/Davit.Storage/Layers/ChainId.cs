using System.Text;
using Davit.Oci;

namespace Davit.Storage.Layers;

/// <summary>Chain ids (image-spec, config.md, "Layer ChainID"): a layer's name together with all that is below it.</summary>
public static class ChainId
{
    /// <summary>The chain id of a layer.</summary>
    /// <param name="parent">Chain id of the layer below, or null for a base layer.</param>
    /// <param name="diffId">Digest of its own tar.</param>
    public static Digest Of(Digest? parent, Digest diffId) => parent is { } below ? Digest.Sha256(Encoding.ASCII.GetBytes($"{below} {diffId}")) : diffId;

    /// <summary>Chain ids of all layers of an image, base first.</summary>
    public static IReadOnlyList<Digest> All(IReadOnlyList<Digest> diffIds)
    {
        var chain = new Digest[diffIds.Count];
        for (var i = 0; i < chain.Length; i++) chain[i] = Of(i == 0 ? null : chain[i - 1], diffIds[i]);
        return chain;
    }
}
