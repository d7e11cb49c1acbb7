using System.IO.Compression;
using Davit.Archive.Compression;
using Davit.Primitives;

namespace Davit.Archive;

/// <summary>Finds out by its first bytes how an archive is compressed and opens it.</summary>
public static class Decompression
{
    private const int MagicBytes = 6;

    /// <summary>Opens an archive of any compression for reading.</summary>
    /// <param name="source">The archive from its start; disposed with the result unless <paramref name="leaveOpen"/>.</param>
    /// <param name="leaveOpen">Leave the source open.</param>
    /// <param name="cancellation">Gives up reading the first bytes; bzip2 and xz programs end with it.</param>
    /// <returns>The plain stream and what it was. Damaged content makes its reads throw a <see cref="DavitException"/> of kind DataLoss.</returns>
    public static async Task<(Stream Plain, CompressionKind Kind)> OpenAsync(Stream source, bool leaveOpen, CancellationToken cancellation)
    {
        var magic = new byte[MagicBytes];
        var length = await source.ReadAtLeastAsync(magic, MagicBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        var whole = new PrefixedStream(magic.AsMemory(0, length), source, leaveOpen);
        var kind = Detect(magic.AsSpan(0, length));
        return (kind switch
        {
            CompressionKind.Gzip => new DecompressingStream(new GZipStream(whole, CompressionMode.Decompress), "gzip"),
            CompressionKind.Zstd => new DecompressingStream(new ZstdSharp.DecompressionStream(whole, leaveOpen: false), "zstd"),
            CompressionKind.Bzip2 => ProgramStream.Open("bzip2", whole, cancellation),
            CompressionKind.Xz => ProgramStream.Open("xz", whole, cancellation),
            _ => whole,
        }, kind);
    }

    /// <summary>The compression that the first bytes (six suffice) stand for.</summary>
    public static CompressionKind Detect(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08])) return CompressionKind.Gzip;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) || (start.Length >= 4 && (start[0] & 0xF0) == 0x50 && start[1..4].SequenceEqual<byte>([0x2A, 0x4D, 0x18]))) return CompressionKind.Zstd;
        if (start.StartsWith("BZh"u8)) return CompressionKind.Bzip2;
        return start.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? CompressionKind.Xz : CompressionKind.None;
    }
}
