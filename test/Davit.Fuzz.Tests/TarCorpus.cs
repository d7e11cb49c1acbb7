using Davit.Archive.Tar;

namespace Davit.Fuzz.Tests;

/// <summary>Small archives with every kind of entry.</summary>
internal static class TarCorpus
{
    /// <summary>What headers are made of.</summary>
    public static string[] Words { get; } = ["../", "/", ".wh.", ".wh..wh..opq", "ustar\0", "ustar  \0", "00000000000\0", "77777777777\0", "\u0080\0\0\0", "30 mtime=1.5\n", "path=", "SCHILY.xattr.", "GNU.sparse.", "\0\0\0\0\0\0\0\0", "L", "x", "g"];

    /// <summary>The archives.</summary>
    public static IEnumerable<byte[]> Make()
    {
        yield return Write([(Entry("a/", TarEntryKind.Directory), []), (Entry("a/b", TarEntryKind.File), "content"u8.ToArray()), (Entry("a/.wh.c", TarEntryKind.File), []), (Entry("d", TarEntryKind.SymbolicLink) with { LinkTarget = "a/b" }, [])]);
        yield return Write([(Entry("a", TarEntryKind.File), new byte[1500]), (Entry("h", TarEntryKind.HardLink) with { LinkTarget = "a" }, []), (Entry(new string('n', 300), TarEntryKind.File), [1, 2, 3])]);
        yield return Write([(Entry("../up", TarEntryKind.File), [1]), (Entry("/abs", TarEntryKind.SymbolicLink) with { LinkTarget = "../../etc" }, []), (Entry("x/.wh..wh..opq", TarEntryKind.File), [])]);
    }

    private static TarEntry Entry(string name, TarEntryKind kind) => new() { Name = name, Kind = kind, Mode = 0x1ED };

    private static byte[] Write((TarEntry Entry, byte[] Content)[] entries) => WriteAsync(entries).GetAwaiter().GetResult();

    private static async Task<byte[]> WriteAsync((TarEntry Entry, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        await using var writer = new TarWriter(stream, nanoseconds: true);
        foreach (var (entry, content) in entries) await writer.WriteAsync(entry, content, CancellationToken.None);
        await writer.FinishAsync(CancellationToken.None);
        return stream.ToArray();
    }
}
