using Davit.Archive.Tar;

namespace Davit.Storage.Tests;

/// <summary>Makes tars for tests.</summary>
internal static class Tars
{
    public static async Task<byte[]> WriteAsync(params (TarEntry Entry, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        await using var writer = new TarWriter(stream);
        foreach (var (entry, content) in entries) await writer.WriteAsync(entry, content, CancellationToken.None);
        await writer.FinishAsync(CancellationToken.None);
        return stream.ToArray();
    }

    public static (TarEntry, byte[]) File(string name, string content = "", uint mode = 0x1A4) => (new() { Name = name, Kind = TarEntryKind.File, Mode = mode }, System.Text.Encoding.UTF8.GetBytes(content));

    public static (TarEntry, byte[]) Directory(string name, uint mode = 0x1ED) => (new() { Name = name, Kind = TarEntryKind.Directory, Mode = mode }, []);

    public static (TarEntry, byte[]) SymbolicLink(string name, string target) => (new() { Name = name, Kind = TarEntryKind.SymbolicLink, Mode = 0x1FF, LinkTarget = target }, []);
}
