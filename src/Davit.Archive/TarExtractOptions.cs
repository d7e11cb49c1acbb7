using Davit.Archive.Tar;

namespace Davit.Archive;

/// <summary>How an archive is extracted into a live tree.</summary>
public sealed record TarExtractOptions
{
    /// <summary>Refuse to replace a directory by something else, or something else by a directory (<c>noOverwriteDirNonDir</c>).</summary>
    public bool NoOverwriteDirNonDir { get; init; }

    /// <summary>Owner of everything made, instead of what the archive says.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Changes entries before they are made, or drops them by returning null.</summary>
    public Func<TarEntry, TarEntry?>? Map { get; init; }

    /// <summary>What the archive may demand.</summary>
    public TarLimits Limits { get; init; } = new();
}
