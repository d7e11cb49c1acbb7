namespace Davit.Dockerfile.Instructions;

/// <summary>Kinds of <c>RUN --mount</c>.</summary>
public enum RunMountKind
{
    /// <summary>A directory of the context, a stage or an image.</summary>
    Bind,

    /// <summary>A directory that stays from build to build.</summary>
    Cache,

    /// <summary>An empty directory in memory.</summary>
    Tmpfs,
}
