namespace Davit.Build.Graph;

/// <summary>Makes a directory and those above it, as WORKDIR does.</summary>
/// <param name="Path">Absolute path.</param>
internal sealed record MakeDirectoryOp(string Path) : Op
{
    public override void Describe(OpHasher hasher) => hasher.Add("path", Path);
}
