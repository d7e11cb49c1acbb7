namespace Davit.Build.Graph;

/// <summary>Source: what the client sent. What is taken of it is addressed by content when it is taken.</summary>
internal sealed record ContextOp : Op
{
    public override void Describe(OpHasher hasher) => hasher.Add("source", "local://context");
}
