using Davit.Archive.Tar;

namespace Davit.Archive.Unpack;

/// <summary>In what a layer and a copy differ.</summary>
internal sealed record UnpackPolicy
{
    /// <summary>Entries named <c>.wh.…</c> are whiteouts; the tree is new, nobody else is in it.</summary>
    internal bool Layer { get; init; }

    /// <summary>Attribute that marks an opaque directory.</summary>
    internal string OpaqueAttribute { get; init; } = "trusted.overlay.opaque";

    /// <summary>A directory and something else never replace each other.</summary>
    internal bool NoOverwriteDirNonDir { get; init; }

    /// <summary>Owner of everything, instead of what the archive says.</summary>
    internal (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Changes or drops (null) entries before they are made.</summary>
    internal Func<TarEntry, TarEntry?>? Map { get; init; }

    internal TarLimits Limits { get; init; } = new();
}
