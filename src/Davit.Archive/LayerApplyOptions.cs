using Davit.Archive.Tar;

namespace Davit.Archive;

/// <summary>How a layer is unpacked.</summary>
public sealed record LayerApplyOptions
{
    /// <summary>Mark opaque directories in the <c>user.</c> namespace, for overlays mounted with <c>userxattr</c> in a user namespace.</summary>
    public bool UserAttributes { get; init; }

    /// <summary>Path of the recipe to write, from which <see cref="TarRecipe"/> gives the tar back, or null for none. No file is left when a later entry of the tar replaced an earlier file.</summary>
    public string? RecipePath { get; init; }

    /// <summary>What the archive may demand.</summary>
    public TarLimits Limits { get; init; } = new();
}
