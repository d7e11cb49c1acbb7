namespace Davit.Archive.Tar;

/// <summary>A stretch of data in a sparse file.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct TarSegment(long Offset, long Length);
