using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux.Directories;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Davit.Archive.Tests;

public sealed class TarPropertyTests
{
    [Property(MaxTest = 200)]
    public bool Whatever_is_written_is_read_back(NonEmptyString name, uint mode, uint uid, uint gid, long seconds, PositiveInt nanoseconds, byte[] content, byte[] xattr, bool link)
    {
        var entry = new TarEntry
        {
            Name = Clean(name.Get),
            Kind = link ? TarEntryKind.SymbolicLink : TarEntryKind.File,
            LinkTarget = link ? Clean(name.Get + "/target") : "",
            Mode = mode & 0xFFF,
            Uid = uid & 0x7FFFFFFF,
            Gid = gid & 0x7FFFFFFF,
            ModifiedSeconds = seconds >> 2,
            ModifiedNanoseconds = (uint)nanoseconds.Get % 1_000_000_000,
            Xattrs = xattr is { Length: > 0 } ? [new("user.x", xattr)] : [],
        };
        var tar = Tars.WriteAsync((entry, link ? [] : content), (Tars.File("after"), "z"u8.ToArray())).GetAwaiter().GetResult();
        var reader = new TarReader(new MemoryStream(tar));
        var read = reader.Next()!;
        var body = new MemoryStream();
        reader.OpenContent(read).CopyTo(body);
        return read with { Xattrs = [] } == entry with { Xattrs = [], Size = link ? 0 : content.Length } && body.ToArray().SequenceEqual(link ? [] : content)
            && read.Xattrs.SelectMany(x => x.Value).SequenceEqual(entry.Xattrs.SelectMany(x => x.Value)) && reader.Next()!.Name == "after" && reader.Next() is null;
    }

    [Property(MaxTest = 300)]
    public bool Names_of_any_bytes_survive(byte[] name) => FileName.Encode(FileName.Decode(name)).AsSpan().SequenceEqual(name);

    [Property(MaxTest = 300)]
    public bool Names_sort_as_their_bytes(byte[] left, byte[] right) =>
        Math.Sign(FileName.Compare(FileName.Decode(left), FileName.Decode(right))) == Math.Sign(left.AsSpan().SequenceCompareTo(right));

    [Property(MaxTest = 300)]
    public bool Clean_paths_never_climb(string[] parts)
    {
        var name = string.Join('/', parts.Select(part => part is null ? ".." : part.Length % 3 == 0 ? ".." : part.Replace('/', '.')));
        try
        {
            var clean = EntryPath.Clean(name, 1000, name);
            return !clean.Split('/').Any(part => part is ".." or "." || (part.Length == 0 && clean.Length > 0));
        }
        catch (Primitives.DavitException)
        {
            return name.Contains("..", StringComparison.Ordinal);
        }
    }

    [Property(MaxTest = 300)]
    public bool Damaged_headers_never_give_anything_but_our_error(byte[] garbage, PositiveInt at)
    {
        var tar = Tars.WriteAsync((Tars.File("a") with { Xattrs = [new("user.x", [1])] }, new byte[700]), (Tars.File(new string('n', 120)), [1])).GetAwaiter().GetResult();
        for (var i = 0; i < garbage.Length; i++) tar[(at.Get + i) % tar.Length] = garbage[i];
        try
        {
            var reader = new TarReader(new MemoryStream(tar));
            while (reader.Next() is { } entry) reader.OpenContent(entry).CopyTo(Stream.Null);
            return true;
        }
        catch (Primitives.DavitException)
        {
            return true;
        }
    }

    private static string Clean(string text)
    {
        var name = text.Replace("\0", "0", StringComparison.Ordinal).Trim('/');
        return FileName.Decode(FileName.Encode(name.Length == 0 ? "n" : name));
    }
}
