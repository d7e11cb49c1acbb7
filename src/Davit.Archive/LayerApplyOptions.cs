using Davit.Archive.Tar;

namespace Davit.Archive;

/// <summary>How a layer is unpacked.</summary>
public sealed record LayerApplyOptions
{
    /// <summary>Mark opaque directories in the <c>user.</c> namespace, for overlays mounted with <c>userxattr</c> in a user namespace.</summary>
    public bool UserAttributes { get; init; }

    /// <summary>What the archive may demand.</summary>
    public TarLimits Limits { get; init; } = new();
}
