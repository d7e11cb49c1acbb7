namespace Davit.Archive;

/// <summary>Compresses to zstd.</summary>
public static class ZstdCompression
{
    /// <summary>A stream that compresses what is written to it; the frame is complete when it is disposed.</summary>
    /// <param name="destination">Takes the frame.</param>
    /// <param name="level">1 to 19; 3 is the format's own default.</param>
    /// <param name="leaveOpen">Leave the destination open.</param>
    public static Stream Open(Stream destination, int level, bool leaveOpen) => new ZstdSharp.CompressionStream(destination, level, leaveOpen: leaveOpen);
}
