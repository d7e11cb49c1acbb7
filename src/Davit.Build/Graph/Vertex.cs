using Davit.Oci;

namespace Davit.Build.Graph;

/// <summary>An operation with its inputs; addressed by the digest of both.</summary>
internal sealed class Vertex
{
    public Vertex(Op op, params IReadOnlyList<Vertex> inputs)
    {
        Op = op;
        Inputs = inputs;
        using var hasher = new OpHasher("vertex");
        hasher.Add("op", op.GetType().Name);
        op.Describe(hasher);
        foreach (var input in inputs) hasher.Add("input", input.Digest);
        Digest = hasher.Finish();
    }

    public Op Op { get; }

    /// <summary>The first is the file system that the operation changes; others are what it reads.</summary>
    public IReadOnlyList<Vertex> Inputs { get; }

    public Digest Digest { get; }
}
