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

    /// <summary>A secret of the client, as a file.</summary>
    Secret,

    /// <summary>The client's SSH agent, as a socket.</summary>
    Ssh,
}
