using System.Buffers;
using System.Globalization;
using System.Text;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive.Tar;

/// <summary>
/// Writes a tar: ustar where it suffices, pax records where not (long or non-ASCII names, big numbers, extended attributes). The same entries give the same
/// bytes, whatever the destination. Times are written to the second, as Docker's layers have them, unless the writer is told otherwise.
/// </summary>
public sealed class TarWriter(Stream destination, bool nanoseconds = false) : IAsyncDisposable
{
    private const int BufferBytes = 128 << 10;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _used;
    private long _left;
    private long _padding;

    /// <summary>Bytes written so far, buffered ones included.</summary>
    public long Position { get; private set; }

    /// <summary>Room for content: fill a part of it and say how much by <see cref="CommitAsync"/>.</summary>
    public Memory<byte> Room => _buffer.AsMemory(_used, Math.Min(BufferBytes - _used, (int)Math.Min(_left, BufferBytes)));

    /// <summary>Begins an entry. A file's content of exactly <see cref="TarEntry.Size"/> bytes must follow before the next.</summary>
    public async ValueTask BeginAsync(TarEntry entry, CancellationToken cancellation)
    {
        if (_left != 0) throw new InvalidOperationException($"{_left} bytes of the entry before \"{entry.Name}\" are missing");
        var records = PaxFor(entry);
        if (records.Length > 0)
        {
            var slash = entry.Name.TrimEnd('/').LastIndexOf('/') + 1;
            var name = entry.Name[..slash] + "PaxHeaders.0/" + entry.Name[slash..].TrimEnd('/');
            await HeaderAsync(new() { Name = name, Kind = TarEntryKind.File, Size = records.Length }, 'x', cancellation).ConfigureAwait(false);
            await WriteAsync(records, cancellation).ConfigureAwait(false);
            await PadAsync(cancellation).ConfigureAwait(false);
        }

        await HeaderAsync(entry, (char)entry.Kind, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes up content that was put into <see cref="Room"/>.</summary>
    public async ValueTask CommitAsync(int length, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _left);
        _used += length;
        _left -= length;
        Position += length;
        if (_used == BufferBytes) await FlushBufferAsync(cancellation).ConfigureAwait(false);
        if (_left == 0) await PadAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes content of the current entry.</summary>
    public async ValueTask WriteContentAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        while (!content.IsEmpty)
        {
            var room = Room;
            if (room.IsEmpty) throw new InvalidOperationException("more content than the entry's size");
            var length = Math.Min(room.Length, content.Length);
            content[..length].CopyTo(room);
            await CommitAsync(length, cancellation).ConfigureAwait(false);
            content = content[length..];
        }
    }

    /// <summary>Writes an entry whole.</summary>
    public async ValueTask WriteAsync(TarEntry entry, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await BeginAsync(entry with { Size = content.Length }, cancellation).ConfigureAwait(false);
        await WriteContentAsync(content, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes an entry whose content comes from a stream.</summary>
    public async ValueTask WriteAsync(TarEntry entry, Stream content, CancellationToken cancellation)
    {
        await BeginAsync(entry, cancellation).ConfigureAwait(false);
        while (_left > 0)
        {
            var read = await content.ReadAsync(Room, cancellation).ConfigureAwait(false);
            if (read == 0) throw new DavitException(ErrorKind.DataLoss, $"{entry.Name}: {_left} bytes short of its size of {entry.Size}");
            await CommitAsync(read, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the end of the archive and flushes. The destination stays open.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        await WriteAsync(new byte[2 * TarFormat.BlockSize], cancellation).ConfigureAwait(false);
        await FlushBufferAsync(cancellation).ConfigureAwait(false);
        await destination.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        return ValueTask.CompletedTask;
    }

    private async ValueTask HeaderAsync(TarEntry entry, char flag, CancellationToken cancellation)
    {
        if (BufferBytes - _used < TarFormat.BlockSize) await FlushBufferAsync(cancellation).ConfigureAwait(false);
        Format(_buffer.AsSpan(_used, TarFormat.BlockSize), entry, flag);
        _used += TarFormat.BlockSize;
        Position += TarFormat.BlockSize;
        _left = entry.Kind == TarEntryKind.File ? entry.Size : 0;
        _padding = TarFormat.Padded(_left) - _left;
        if (_used == BufferBytes) await FlushBufferAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        _left = bytes.Length;
        var padding = _padding;
        _padding = 0;
        await WriteContentAsync(bytes, cancellation).ConfigureAwait(false);
        _padding = padding;
    }

    private async ValueTask PadAsync(CancellationToken cancellation)
    {
        var padding = (int)_padding;
        _padding = 0;
        if (padding == 0) return;
        if (BufferBytes - _used < padding) await FlushBufferAsync(cancellation).ConfigureAwait(false);
        _buffer.AsSpan(_used, padding).Clear();
        _used += padding;
        Position += padding;
        if (_used == BufferBytes) await FlushBufferAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask FlushBufferAsync(CancellationToken cancellation)
    {
        if (_used == 0) return;
        await destination.WriteAsync(_buffer.AsMemory(0, _used), cancellation).ConfigureAwait(false);
        _used = 0;
    }

    private static void Format(Span<byte> header, TarEntry entry, char flag)
    {
        header.Clear();
        Span<byte> name = FileName.Encode(entry.Name);
        var split = SplitName(name);
        if (split is { } at)
        {
            name[..Math.Max(at - 1, 0)].CopyTo(header[345..]);
            name[at..].CopyTo(header);
        }
        else
        {
            // the pax record has the whole name; readers that know no pax see its beginning
            name[..100].CopyTo(header);
        }

        Span<byte> link = FileName.Encode(entry.LinkTarget);
        link[..Math.Min(link.Length, 100)].CopyTo(header[157..]);
        TarFormat.TryWriteOctal(header[100..108], entry.Mode & 0xFFF);
        if (!TarFormat.TryWriteOctal(header[108..116], entry.Uid)) TarFormat.TryWriteOctal(header[108..116], 0);
        if (!TarFormat.TryWriteOctal(header[116..124], entry.Gid)) TarFormat.TryWriteOctal(header[116..124], 0);
        if (!TarFormat.TryWriteOctal(header[124..136], entry.Kind == TarEntryKind.File ? entry.Size : 0)) TarFormat.TryWriteOctal(header[124..136], 0);
        if (!TarFormat.TryWriteOctal(header[136..148], entry.ModifiedSeconds)) TarFormat.TryWriteOctal(header[136..148], 0);
        header[156] = (byte)flag;
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);
        Short(entry.UserName).CopyTo(header[265..]);
        Short(entry.GroupName).CopyTo(header[297..]);
        if (entry.Kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice)
        {
            if (!TarFormat.TryWriteOctal(header[329..337], entry.DeviceMajor) || !TarFormat.TryWriteOctal(header[337..345], entry.DeviceMinor))
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"device {entry.DeviceMajor}:{entry.DeviceMinor} of \"{entry.Name}\" does not fit a tar header");
            }
        }

        TarFormat.WriteChecksum(header);

        static byte[] Short(string text)
        {
            var bytes = FileName.Encode(text);
            return bytes.Length < 32 ? bytes : bytes[..31];
        }
    }

    /// <summary>Where the name part begins: 0 for a short name, after a slash when the rest fits the prefix, null when neither does.</summary>
    private static int? SplitName(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 100) return 0;
        if (name.Length > 256) return null;
        for (var at = Math.Max(name.Length - 100, 1); at <= Math.Min(name.Length - 1, 156); at++)
        {
            if (name[at - 1] == '/') return at;
        }

        return null;
    }

    private byte[] PaxFor(TarEntry entry)
    {
        var records = new MemoryStream();
        var name = FileName.Encode(entry.Name);
        if (SplitName(name) is null || !Ascii.IsValid(name)) Record(records, "path", name);
        var link = FileName.Encode(entry.LinkTarget);
        if (link.Length > 100 || !Ascii.IsValid(link)) Record(records, "linkpath", link);
        if (entry.Kind == TarEntryKind.File && entry.Size >> 33 != 0) Record(records, "size", Number(entry.Size));
        if (entry.Uid >> 21 != 0) Record(records, "uid", Number(entry.Uid));
        if (entry.Gid >> 21 != 0) Record(records, "gid", Number(entry.Gid));
        if ((nanoseconds && entry.ModifiedNanoseconds != 0) || entry.ModifiedSeconds < 0 || entry.ModifiedSeconds >> 33 != 0) Record(records, "mtime", Time(entry));
        foreach (var xattr in entry.Xattrs.OrderBy(x => x.Name, StringComparer.Ordinal)) Record(records, "SCHILY.xattr." + xattr.Name, xattr.Value);
        return records.ToArray();
    }

    private static void Record(MemoryStream records, string key, byte[] value)
    {
        // the length counts its own digits
        var keyBytes = FileName.Encode(key);
        var rest = keyBytes.Length + value.Length + 3;
        var length = rest + 1;
        while (rest + Number(length).Length != length) length = rest + Number(length).Length;
        records.Write(Number(length));
        records.WriteByte((byte)' ');
        records.Write(keyBytes);
        records.WriteByte((byte)'=');
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private byte[] Time(TarEntry entry)
    {
        var fraction = nanoseconds ? entry.ModifiedNanoseconds : 0;
        if (fraction == 0) return Number(entry.ModifiedSeconds);
        var (sign, seconds) = entry.ModifiedSeconds < 0 ? ("-", -(entry.ModifiedSeconds + 1)) : ("", entry.ModifiedSeconds);
        if (sign.Length > 0) fraction = 1_000_000_000 - fraction;
        return Encoding.ASCII.GetBytes($"{sign}{seconds}.{fraction.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}");
    }

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
}
