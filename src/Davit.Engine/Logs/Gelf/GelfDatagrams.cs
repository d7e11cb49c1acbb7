using System.IO.Compression;
using System.Security.Cryptography;

namespace Davit.Engine.Logs.Gelf;

/// <summary>Makes datagrams of a message: compressed, and in chunks when it is larger than one.</summary>
internal static class GelfDatagrams
{
    /// <summary>Largest datagram, and what of it is content in a chunk; a message has at most 128.</summary>
    public const int Largest = 1420, Header = 12, MostChunks = 128;

    /// <summary>The datagrams in their order; none when the message needs more chunks than there may be.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> message)
    {
        if (message.Length <= Largest)
        {
            yield return message;
            yield break;
        }

        const int content = Largest - Header;
        var count = (message.Length + content - 1) / content;
        if (count > MostChunks) yield break;
        var id = RandomNumberGenerator.GetBytes(8);
        for (var i = 0; i < count; i++)
        {
            var part = message.Slice(i * content, Math.Min(content, message.Length - (i * content)));
            yield return (byte[])[0x1e, 0x0f, .. id, (byte)i, (byte)count, .. part.Span];
        }
    }

    /// <summary>The message as <c>gelf-compression-type</c> and <c>-level</c> want it.</summary>
    public static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> message, GelfOptions options)
    {
        if (options.Compression == "none") return message;
        using var packed = new MemoryStream();
        var level = new ZLibCompressionOptions { CompressionLevel = options.Level < 0 ? 6 : options.Level };
        using (Stream packer = options.Compression == "zlib" ? new ZLibStream(packed, level, leaveOpen: true) : new GZipStream(packed, level, leaveOpen: true)) packer.Write(message.Span);
        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }
}
