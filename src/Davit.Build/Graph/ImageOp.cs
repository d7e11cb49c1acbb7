using Davit.Oci;

namespace Davit.Build.Graph;

/// <summary>Source: the root file system of an image, or nothing at all for <c>scratch</c>.</summary>
/// <param name="Chain">Chain ids, base first.</param>
/// <param name="DiffIds">Digests of the layers' tars, base first.</param>
internal sealed record ImageOp(IReadOnlyList<Digest> Chain, IReadOnlyList<Digest> DiffIds) : Op
{
    public override void Describe(OpHasher hasher) => hasher.Add("chain", Chain.Count > 0 ? Chain[^1].ToString() : "scratch");
}
