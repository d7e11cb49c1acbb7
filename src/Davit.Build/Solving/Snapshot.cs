using Davit.Oci;

namespace Davit.Build.Solving;

/// <summary>A file system by its layers.</summary>
/// <param name="Chain">Chain ids, base first.</param>
/// <param name="DiffIds">Digests of the layers' tars, base first.</param>
internal sealed record Snapshot(IReadOnlyList<Digest> Chain, IReadOnlyList<Digest> DiffIds)
{
    public static Snapshot Empty { get; } = new([], []);

    /// <summary>What names the content: the top chain id.</summary>
    public string StateId => Chain.Count > 0 ? Chain[^1].ToString() : "scratch";

    public Snapshot With(Digest chain, Digest diffId) => new([.. Chain, chain], [.. DiffIds, diffId]);
}
