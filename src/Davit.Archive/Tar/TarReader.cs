using Davit.Primitives;

namespace Davit.Archive.Tar;

/// <summary>
/// Reads a tar of any format that container tools write (ustar, pax, GNU, star, v7; sparse files of all GNU formats) from a stream that may block.
/// For a stream that only reads asynchronously put a <see cref="ReadAheadStream"/> between.
/// </summary>
public sealed class TarReader
{
    private readonly Stream _source;
    private readonly TarRecipeWriter? _recipe;
    private readonly TarLimits _limits;
    private readonly byte[] _buffer = new byte[128 << 10];
    private readonly PaxRecords _global = new();
    private int _start;
    private int _end;
    private long _left;
    private long _padding;
    private long _entries;
    private bool _ended;
    private bool _contentElsewhere;

    /// <summary>Reads from a stream.</summary>
    public TarReader(Stream source, TarLimits? limits = null)
        : this(source, limits, null)
    {
    }

    internal TarReader(Stream source, TarLimits? limits, TarRecipeWriter? recipe) => (_source, _limits, _recipe) = (source, limits ?? new(), recipe);

    /// <summary>Bytes of the archive consumed so far.</summary>
    public long Position { get; private set; }

    /// <summary>The next entry, or null at the end of the archive.</summary>
    /// <exception cref="DavitException">DataLoss: <c>unexpected EOF</c>; InvalidArgument: not a tar, or beyond a limit.</exception>
    public TarEntry? Next()
    {
        if (_ended) return null;
        SkipContent();
        PaxRecords? pax = null;
        string? longName = null, longLink = null;
        while (true)
        {
            if (!FillHeader(out var header))
            {
                _ended = true;
                return null;
            }

            if (!TarFormat.ChecksumFits(header)) throw TarFormat.Invalid("wrong checksum");
            var flag = header[156];
            switch (flag)
            {
                case (byte)'x' or (byte)'X':
                    (pax ??= new()).Parse(ReadExtended(header), _limits);
                    continue;
                case (byte)'g':
                    _global.Parse(ReadExtended(header), _limits);
                    continue;
                case (byte)'L':
                    longName = TarFormat.Text(TarFormat.CString(ReadExtended(header)));
                    continue;
                case (byte)'K':
                    longLink = TarFormat.Text(TarFormat.CString(ReadExtended(header)));
                    continue;
                case (byte)'V' or (byte)'M' or (byte)'N':
                    // volume label, continued volume, old long names: nothing of ours
                    _left = TarFormat.Padded(TarFormat.Number(header[124..136], "size"));
                    Consume(TarFormat.BlockSize);
                    SkipContent();
                    continue;
                default:
                    if (++_entries > _limits.Entries) throw TarFormat.Invalid($"more than {_limits.Entries} entries");
                    return Interpret(header, pax, longName, longLink);
            }
        }
    }

    /// <summary>The next bytes stored for the current entry; empty at their end. Valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadChunk()
    {
        if (_left == 0) return [];
        if (_start == _end && !Refill(1)) throw Truncated();
        var length = (int)Math.Min(_left, _end - _start);
        var chunk = _buffer.AsSpan(_start, length);
        _left -= length;
        Consume(length);
        return chunk;
    }

    /// <summary>The current entry's content, holes as zeros; valid until the next entry is asked for.</summary>
    public Stream OpenContent(TarEntry entry) => new TarContentStream(this, entry);

    /// <summary>Reads what follows the end of the archive, so that the source is at its own end.</summary>
    public void Drain()
    {
        do
        {
            Consume(_end - _start);
        }
        while (Refill(1));
    }

    private TarEntry Interpret(ReadOnlySpan<byte> header, PaxRecords? pax, string? longName, string? longLink)
    {
        var size = Number("size", header[124..136]);
        var name = Name(header, pax, longName);
        var flag = header[156];
        var kind = flag switch
        {
            0 or (byte)'0' or (byte)'7' or (byte)'S' => name.EndsWith('/') && flag == 0 ? TarEntryKind.Directory : TarEntryKind.File,
            >= (byte)'1' and <= (byte)'6' => (TarEntryKind)flag,
            _ => throw new DavitException(ErrorKind.InvalidArgument, $"unhandled tar header type {flag} of \"{name}\""),
        };
        var (seconds, nanoseconds) = Record("mtime") is { } time ? TarFormat.Time(time, "mtime") : (TarFormat.Number(header[136..148], "mtime"), 0u);
        var entry = new TarEntry
        {
            Name = name,
            Kind = kind,
            LinkTarget = kind is TarEntryKind.HardLink or TarEntryKind.SymbolicLink ? Limited(longLink ?? Text("linkpath", TarFormat.CString(header[157..257])), "link target") : "",
            Mode = (uint)TarFormat.Number(header[100..108], "mode") & 0xFFF,
            Uid = Id("uid", header[108..116]),
            Gid = Id("gid", header[116..124]),
            UserName = IsUstar(header) ? Text("uname", TarFormat.CString(header[265..297])) : "",
            GroupName = IsUstar(header) ? Text("gname", TarFormat.CString(header[297..329])) : "",
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = nanoseconds,
            DeviceMajor = kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice ? (uint)TarFormat.Number(header[329..337], "device") : 0,
            DeviceMinor = kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice ? (uint)TarFormat.Number(header[337..345], "device") : 0,
            Xattrs = pax is { Xattrs.Count: > 0 } ? pax.Xattrs : [],
            Size = kind == TarEntryKind.File ? size : 0,
        };

        // Only files have content; a size on a link (some writers put the target's) stores nothing, except for pax hard links which may carry it: Go ignores it too.
        var stored = kind == TarEntryKind.File ? size : 0;
        if (flag == 'S')
        {
            return SparseGnu(header, entry, stored);
        }

        Consume(TarFormat.BlockSize);
        _left = stored;
        _padding = TarFormat.Padded(stored) - stored;
        return kind == TarEntryKind.File && pax is not null ? SparsePax(entry, pax) : entry;

        byte[]? Record(string key) => pax?[key] ?? _global[key];
        string Text(string key, ReadOnlySpan<byte> field) => TarFormat.Text(Record(key) ?? field);
        long Number(string key, ReadOnlySpan<byte> field)
        {
            var value = Record(key) is { } text ? TarFormat.Decimal(text, key) : TarFormat.Number(field, key);
            return value >= 0 ? value : throw TarFormat.Invalid($"{key} {value}");
        }

        uint Id(string key, ReadOnlySpan<byte> field)
        {
            var value = Number(key, field);
            return value < uint.MaxValue ? (uint)value : throw TarFormat.Invalid($"{key} {value} of \"{name}\"");
        }
    }

    private TarEntry SparseGnu(ReadOnlySpan<byte> header, TarEntry entry, long stored)
    {
        var segments = new List<TarSegment>();
        SparseReader.AddGnu(header.Slice(386, 96), segments, _limits);
        var size = TarFormat.Number(header[483..495], "real size");
        var more = header[482] != 0;
        Consume(TarFormat.BlockSize);
        while (more)
        {
            if (!Refill(TarFormat.BlockSize)) throw Truncated();
            var block = _buffer.AsSpan(_start, TarFormat.BlockSize);
            SparseReader.AddGnu(block[..504], segments, _limits);
            more = block[504] != 0;
            Consume(TarFormat.BlockSize);
        }

        _left = stored;
        _padding = TarFormat.Padded(stored) - stored;
        return SparseReader.Checked(entry with { Size = size }, segments, stored);
    }

    private TarEntry SparsePax(TarEntry entry, PaxRecords pax)
    {
        if (pax["GNU.sparse.major"] is { } major && TarFormat.Decimal(major, "GNU.sparse.major") == 1)
        {
            // format 1.0: the map stands in decimal lines before the data, padded to a block
            var segments = SparseReader.ReadMap(ReadLineBlock, _limits);
            var sized = entry with { Size = TarFormat.Decimal(pax["GNU.sparse.realsize"] ?? throw TarFormat.Invalid("sparse file without a size"), "GNU.sparse.realsize") };
            return SparseReader.Checked(sized, segments, _left);
        }

        var realSize = pax["GNU.sparse.size"] ?? pax["GNU.sparse.realsize"];
        if (realSize is null) return entry;
        var list = pax["GNU.sparse.map"] is { } map ? SparseReader.ParseMap(map, _limits) : pax.RepeatedSegments;
        return SparseReader.Checked(entry with { Size = TarFormat.Decimal(realSize, "GNU.sparse.size") }, list, _left);
    }

    private byte[] ReadLineBlock()
    {
        if (_left < TarFormat.BlockSize || !Refill(TarFormat.BlockSize)) throw Truncated();
        var block = _buffer.AsSpan(_start, TarFormat.BlockSize).ToArray();
        _left -= TarFormat.BlockSize;
        Consume(TarFormat.BlockSize);
        return block;
    }

    private string Name(ReadOnlySpan<byte> header, PaxRecords? pax, string? longName)
    {
        if (pax?["GNU.sparse.name"] is { } sparseName) return Limited(TarFormat.Text(sparseName), "name");
        if (pax?["path"] is { } path) return Limited(TarFormat.Text(path), "name");
        if (longName is not null) return Limited(longName, "name");
        var name = TarFormat.CString(header[..100]);

        // GNU's own magic has other fields where ustar has the prefix; star has 131 bytes of it and marks itself at the end
        if (!IsPosix(header)) return TarFormat.Text(name);
        var prefix = TarFormat.CString(header[508..512].SequenceEqual("tar\0"u8) ? header[345..476] : header[345..500]);
        return prefix.IsEmpty ? TarFormat.Text(name) : TarFormat.Text([.. prefix, (byte)'/', .. name]);
    }

    private string Limited(string text, string what) =>
        Davit.Linux.Directories.FileName.Encode(text).Length <= _limits.NameBytes ? text : throw TarFormat.Invalid($"{what} longer than {_limits.NameBytes} bytes: \"{text[..64]}…\"");

    private byte[] ReadExtended(ReadOnlySpan<byte> header)
    {
        var size = TarFormat.Number(header[124..136], "size");
        if (size < 0 || size > _limits.ExtendedHeaderBytes) throw TarFormat.Invalid($"extended header of {size} bytes, at most {_limits.ExtendedHeaderBytes} are taken");
        Consume(TarFormat.BlockSize);
        var content = new byte[size];
        for (var done = 0; done < content.Length;)
        {
            if (_start == _end && !Refill(1)) throw Truncated();
            var length = Math.Min(content.Length - done, _end - _start);
            _buffer.AsSpan(_start, length).CopyTo(content.AsSpan(done));
            done += length;
            Consume(length);
        }

        _padding = TarFormat.Padded(size) - size;
        SkipContent();
        return content;
    }

    /// <summary>Says that the current entry's content is kept in a file, from which the recipe takes it: all of it must then be read.</summary>
    internal void KeepContentIn(string path, TarEntry entry)
    {
        if (_recipe is null || _left == 0) return;
        _recipe.AddContent(path, entry.Sparse ?? [new(0, entry.Size)]);
        _contentElsewhere = true;
    }

    private void SkipContent()
    {
        if (_contentElsewhere && _left > 0) throw new InvalidOperationException("content left unread");
        _contentElsewhere = false;
        _left += _padding;
        _padding = 0;
        while (_left > 0) ReadChunk();
    }

    private bool FillHeader(out ReadOnlySpan<byte> header)
    {
        header = default;

        // The end is two blocks of zeros; one, or none at all, is taken as the end too, as every reader does.
        if (!Refill(1)) return false;
        if (!Refill(TarFormat.BlockSize)) throw Truncated();
        header = _buffer.AsSpan(_start, TarFormat.BlockSize);
        return header.ContainsAnyExcept((byte)0);
    }

    /// <summary>Makes at least <paramref name="wanted"/> bytes available; false at the end of the source.</summary>
    private bool Refill(int wanted)
    {
        if (_end - _start >= wanted) return true;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        while (_end < wanted)
        {
            var read = _source.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0) return false;
            _end += read;
        }

        return true;
    }

    private void Consume(int length)
    {
        if (!_contentElsewhere) _recipe?.AddRaw(_buffer.AsSpan(_start, length));
        _start += length;
        Position += length;
    }

    private static bool IsUstar(ReadOnlySpan<byte> header) => header[257..262].SequenceEqual("ustar"u8);

    private static bool IsPosix(ReadOnlySpan<byte> header) => header[257..263].SequenceEqual("ustar\0"u8);

    private static DavitException Truncated() => new(ErrorKind.DataLoss, "unexpected EOF");
}
