using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Logs;

/// <summary>
/// Writes the log of one container from its monitor: synchronous, one write a piece of output, nothing kept back but the unfinished line of each
/// stream. A failing disk costs records, never the container: they are counted and the file stays whole.
/// </summary>
internal sealed unsafe class LogWriter : IDisposable
{
    private const int BatchSize = 64 * 1024;

    private readonly string _directory;
    private readonly long _segmentSize;
    private readonly int _segments;
    private readonly LineCarry[] _carries = [new(), new()];
    private readonly byte[] _pendingIndex = new byte[LogFormat.IndexEntrySize * 4];
    private NativeBuffer _batch;
    private int _batched, _pendingEntries;
    private int _number, _log = -1, _index = -1;
    private long _offset, _lastIndexed;
    private uint _records, _writtenRecords;
    private long _time;

    /// <summary>Opens the log, repairing a torn end that a killed monitor or a power cut left.</summary>
    internal LogWriter(string directory, long segmentSize, int segments)
    {
        _directory = directory;
        _segmentSize = Math.Max(segmentSize, LogFormat.FileHeaderSize + LogFormat.RecordHeaderSize + LogFormat.MaxPayload);
        _segments = Math.Max(segments, 1);
        Directory.CreateDirectory(directory);
        var existing = LogFormat.Segments(directory);
        if (existing.Count == 0 || !Continue(existing[^1]))
        {
            Begin(existing.Count == 0 ? 1 : existing[^1] + 1);
        }

        _batch = NativeBuffer.Allocate(BatchSize);
    }

    /// <summary>Records that could not be written.</summary>
    internal long Lost { get; private set; }

    /// <summary>Splits output into lines and writes them; the unfinished end waits for its rest.</summary>
    internal void Append(int stream, ReadOnlySpan<byte> bytes)
    {
        _time = Math.Max(_time, Sys.WallNanoseconds());
        ref var carry = ref _carries[stream == 2 ? 1 : 0];
        while (bytes.Length > 0)
        {
            int room = LogFormat.MaxPayload - carry.Count;
            int feed = bytes[..Math.Min(bytes.Length, room)].IndexOf((byte)'\n');
            if (feed >= 0)
            {
                Emit(stream, partial: false, carry.Span, bytes[..(feed + 1)]);
                carry.Count = 0;
                bytes = bytes[(feed + 1)..];
            }
            else if (bytes.Length >= room)
            {
                Emit(stream, partial: true, carry.Span, bytes[..room]);
                carry.Count = 0;
                bytes = bytes[room..];
            }
            else
            {
                carry.Add(bytes);
                break;
            }
        }

        Flush();
    }

    /// <summary>Writes the unfinished lines: the output has ended.</summary>
    internal void Finish()
    {
        _time = Math.Max(_time, Sys.WallNanoseconds());
        for (int i = 0; i < 2; i++)
        {
            if (_carries[i].Count > 0)
            {
                Emit(i + 1, partial: true, _carries[i].Span, default);
                _carries[i].Count = 0;
            }
        }

        Flush();
    }

    /// <summary>Gives memory back while the container is quiet.</summary>
    internal void Rest()
    {
        _batch.Forget();
        foreach (ref var carry in _carries.AsSpan())
        {
            carry.Rest();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseSegment();
        _batch.Free();
        foreach (ref var carry in _carries.AsSpan())
        {
            carry.Free();
        }
    }

    private void Emit(int stream, bool partial, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int length = first.Length + second.Length;
        int size = LogFormat.RecordHeaderSize + length;
        if (_offset + _batched + size > _segmentSize && _records > 0)
        {
            Flush();
            Begin(_number + 1);
        }

        if (_batched + size > BatchSize)
        {
            Flush();
        }

        long at = _offset + _batched;
        if (_records == 0 || at - _lastIndexed >= LogFormat.IndexInterval)
        {
            AddIndexEntry(at);
        }

        var target = _batch.Span.Slice(_batched, size);
        LogFormat.WriteHeader(target, stream, partial, length, _time);
        first.CopyTo(target[LogFormat.RecordHeaderSize..]);
        second.CopyTo(target[(LogFormat.RecordHeaderSize + first.Length)..]);
        _batched += size;
        _records++;
    }

    private void AddIndexEntry(long offset)
    {
        var entry = _pendingIndex.AsSpan(_pendingEntries++ * LogFormat.IndexEntrySize);
        BitConverter.TryWriteBytes(entry, _time);
        BitConverter.TryWriteBytes(entry[8..], (uint)offset);
        BitConverter.TryWriteBytes(entry[12..], _records);
        _lastIndexed = offset;
    }

    private void Flush()
    {
        if (_batched == 0)
        {
            return;
        }

        if (_log >= 0 && WriteAll(_log, _batch.Pointer, _batched))
        {
            _offset += _batched;
            _writtenRecords = _records;
            if (_pendingEntries > 0 && _index >= 0)
            {
                fixed (byte* entries = _pendingIndex)
                {
                    // An index that can't be written makes reads slower, not wrong.
                    WriteAll(_index, entries, _pendingEntries * LogFormat.IndexEntrySize);
                }
            }
        }
        else
        {
            Lost += _records - _writtenRecords;
            _records = _writtenRecords;
            _lastIndexed = _records == 0 ? 0 : _offset;
            if (_log >= 0)
            {
                Sys.Truncate(_log, _offset);
                Sys.Seek(_log, _offset, 0);
            }
        }

        _batched = 0;
        _pendingEntries = 0;
    }

    private static bool WriteAll(int fd, byte* bytes, int count)
    {
        while (count > 0)
        {
            // SAFETY: the caller's buffer holds count bytes.
            nint written = Sys.Write(fd, bytes, count);
            if (written < 0)
            {
                if (Sys.Errno == (int)Errno.EINTR)
                {
                    continue;
                }

                return false;
            }

            bytes += written;
            count -= (int)written;
        }

        return true;
    }

    private void Begin(int number)
    {
        CloseSegment();
        _number = number;
        _records = _writtenRecords = 0;
        _offset = LogFormat.FileHeaderSize;
        _lastIndexed = 0;
        const int flags = Sys.OReadWrite | Sys.OCreate | Sys.OTruncate | Sys.OCloexec;
        _log = Sys.Open(Path.Combine(_directory, LogFormat.SegmentName(number)), flags, 0x180);
        _index = Sys.Open(Path.Combine(_directory, LogFormat.IndexName(number)), flags, 0x180);
        byte* header = stackalloc byte[LogFormat.FileHeaderSize];
        new Span<byte>(header, LogFormat.FileHeaderSize).Clear();
        LogFormat.Magic.CopyTo(new Span<byte>(header, 8));
        if (_log >= 0 && !WriteAll(_log, header, LogFormat.FileHeaderSize))
        {
            // Records are placed at the offset, whether the header made it or not: readers look at records only.
            Sys.Seek(_log, _offset, 0);
        }

        int oldest = number - _segments;
        if (oldest > 0)
        {
            Sys.Unlink(Path.Combine(_directory, LogFormat.SegmentName(oldest)));
            Sys.Unlink(Path.Combine(_directory, LogFormat.IndexName(oldest)));
        }
    }

    /// <summary>Opens an existing segment at the end of its last whole record.</summary>
    private bool Continue(int number)
    {
        _log = Sys.Open(Path.Combine(_directory, LogFormat.SegmentName(number)), Sys.OReadWrite | Sys.OCloexec);
        _index = Sys.Open(Path.Combine(_directory, LogFormat.IndexName(number)), Sys.OReadWrite | Sys.OCreate | Sys.OCloexec, 0x180);
        if (_log < 0 || _index < 0)
        {
            CloseSegment();
            return false;
        }

        _number = number;
        long size = Sys.Seek(_log, 0, 2), offset = LogFormat.FileHeaderSize, entries = 0;
        byte* bytes = stackalloc byte[LogFormat.IndexEntrySize];
        var span = new Span<byte>(bytes, LogFormat.IndexEntrySize);

        // SAFETY: both reads go to a buffer of 16 bytes, the size of either header.
        for (long at = 0; Sys.PositionedRead(_index, bytes, LogFormat.IndexEntrySize, at) == LogFormat.IndexEntrySize; at += LogFormat.IndexEntrySize)
        {
            long indexed = BitConverter.ToUInt32(span[8..]);
            if (indexed + LogFormat.RecordHeaderSize > size || indexed < offset)
            {
                break;
            }

            offset = indexed;
            _records = BitConverter.ToUInt32(span[12..]);
            _lastIndexed = offset;
            entries++;
        }

        while (Sys.PositionedRead(_log, bytes, LogFormat.RecordHeaderSize, offset) == LogFormat.RecordHeaderSize
            && LogFormat.TryReadHeader(span, out _, out _, out int length, out long time)
            && offset + LogFormat.RecordHeaderSize + length <= size)
        {
            offset += LogFormat.RecordHeaderSize + length;
            _time = Math.Max(_time, time);
            _records++;
        }

        Sys.Truncate(_log, offset);
        Sys.Seek(_log, offset, 0);
        Sys.Truncate(_index, entries * LogFormat.IndexEntrySize);
        Sys.Seek(_index, entries * LogFormat.IndexEntrySize, 0);
        _offset = offset;
        _writtenRecords = _records;
        return true;
    }

    private void CloseSegment()
    {
        if (_log >= 0)
        {
            Sys.Close(_log);
            _log = -1;
        }

        if (_index >= 0)
        {
            Sys.Close(_index);
            _index = -1;
        }
    }

    /// <summary>The unfinished line of a stream.</summary>
    private struct LineCarry
    {
        private NativeBuffer _bytes;

        internal int Count;

        internal readonly ReadOnlySpan<byte> Span => Count == 0 ? default : _bytes.Span[..Count];

        internal void Add(ReadOnlySpan<byte> more)
        {
            if (_bytes.Length == 0)
            {
                _bytes = NativeBuffer.Allocate(LogFormat.MaxPayload);
            }

            more.CopyTo(_bytes.Span[Count..]);
            Count += more.Length;
        }

        internal readonly void Rest()
        {
            if (Count == 0 && _bytes.Length > 0)
            {
                _bytes.Forget();
            }
        }

        internal void Free() => _bytes.Free();
    }
}
