namespace Davit.Build.Graph;

/// <summary>Puts the layer that its second input added on scratch on top of the first: <c>--link</c>.</summary>
internal sealed record MergeOp : Op
{
    public override void Describe(OpHasher hasher)
    {
    }
}
