using Davit.Archive.Tar;

namespace Davit.Archive.Tests;

/// <summary>Makes and lists tars for tests.</summary>
internal static class Tars
{
    public static async Task<byte[]> WriteAsync(params (TarEntry Entry, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        await using var writer = new TarWriter(stream, nanoseconds: true);
        foreach (var (entry, content) in entries) await writer.WriteAsync(entry, content, CancellationToken.None);
        await writer.FinishAsync(CancellationToken.None);
        return stream.ToArray();
    }

    public static List<string> List(byte[] tar)
    {
        var reader = new TarReader(new MemoryStream(tar));
        var lines = new List<string>();
        while (reader.Next() is { } e)
        {
            lines.Add($"{e.Kind} {e.Name} -> '{e.LinkTarget}' {e.Mode:x} {e.Uid}:{e.Gid} {e.Size} {e.ModifiedSeconds}.{e.ModifiedNanoseconds:D9} {e.DeviceMajor}:{e.DeviceMinor} " +
                string.Join(' ', e.Xattrs.Select(x => $"{x.Name}={Convert.ToHexString(x.Value)}")));
        }

        return lines;
    }

    public static TarEntry File(string name) => new() { Name = name, Kind = TarEntryKind.File, Mode = 0x1A4 };

    public static TarEntry Directory(string name) => new() { Name = name, Kind = TarEntryKind.Directory, Mode = 0x1ED };

    public static TarEntry SymbolicLink(string name, string target) => new() { Name = name, Kind = TarEntryKind.SymbolicLink, Mode = 0x1FF, LinkTarget = target };

    public static TarEntry HardLink(string name, string target) => new() { Name = name, Kind = TarEntryKind.HardLink, Mode = 0x1A4, LinkTarget = target };
}
