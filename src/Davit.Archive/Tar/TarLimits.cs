namespace Davit.Archive.Tar;

/// <summary>What an archive from outside may demand. Far above every honest archive, far below what hurts.</summary>
public sealed record TarLimits
{
    /// <summary>Bytes of one extended header or long name.</summary>
    public int ExtendedHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of a name or link target: the kernel's PATH_MAX without the final zero.</summary>
    public int NameBytes { get; init; } = 4095;

    /// <summary>Components of a name.</summary>
    public int Depth { get; init; } = 1000;

    /// <summary>Entries of an archive.</summary>
    public long Entries { get; init; } = 20_000_000;

    /// <summary>Segments of a sparse file.</summary>
    public int SparseSegments { get; init; } = 1 << 17;
}
