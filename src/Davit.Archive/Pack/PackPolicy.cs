namespace Davit.Archive.Pack;

/// <summary>In what the tar of a layer and the tar of a tree differ.</summary>
internal sealed record PackPolicy
{
    /// <summary>The tree is an overlay's upper directory: its marks become <c>.wh.</c> entries.</summary>
    internal bool Overlay { get; init; }

    /// <summary>Directories where something else is mounted are packed empty.</summary>
    internal bool OneFileSystem { get; init; }

    /// <summary>Says of a path below the top, without a slash at its end, whether it is packed, and with it what is below.</summary>
    internal Func<string, bool>? Include { get; init; }
}
