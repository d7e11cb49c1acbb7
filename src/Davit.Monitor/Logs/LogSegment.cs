using Microsoft.Win32.SafeHandles;

namespace Davit.Monitor.Logs;

/// <summary>One segment open for reading; it stays readable when the writer has deleted it.</summary>
internal sealed class LogSegment : IDisposable
{
    private readonly byte[] _index;

    private LogSegment(int number, SafeFileHandle file, byte[] index)
    {
        Number = number;
        File = file;
        _index = index;
    }

    internal int Number { get; }

    internal SafeFileHandle File { get; }

    private int Entries => _index.Length / LogFormat.IndexEntrySize;

    /// <summary>Time of the first record, or null while the segment has no index.</summary>
    internal long? FirstTime => Entries == 0 ? null : Entry(0).Time;

    /// <summary>Opens a segment; null when it is not there (any more).</summary>
    internal static LogSegment? Open(string directory, int number)
    {
        const FileShare everything = FileShare.ReadWrite | FileShare.Delete;
        SafeFileHandle file;
        try
        {
            file = System.IO.File.OpenHandle(Path.Combine(directory, LogFormat.SegmentName(number)), FileMode.Open, FileAccess.Read, everything);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        byte[] index = [];
        try
        {
            using var handle = System.IO.File.OpenHandle(Path.Combine(directory, LogFormat.IndexName(number)), FileMode.Open, FileAccess.Read, everything);
            index = new byte[RandomAccess.GetLength(handle) / LogFormat.IndexEntrySize * LogFormat.IndexEntrySize];
            int got = RandomAccess.Read(handle, index, 0);
            index = index[..(got / LogFormat.IndexEntrySize * LogFormat.IndexEntrySize)];
        }
        catch (IOException)
        {
            // Without an index the segment is read from its start.
        }

        return new LogSegment(number, file, index);
    }

    /// <summary>Where to begin reading so that no record at or after a time is missed.</summary>
    internal long OffsetBefore(long time)
    {
        long offset = LogFormat.FileHeaderSize, size = RandomAccess.GetLength(File);
        int low = 0, high = Entries - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            var entry = Entry(middle);
            if (entry.Time < time && entry.Offset <= size)
            {
                offset = entry.Offset;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return offset;
    }

    /// <summary>Counts the records, reading only what lies behind the last index entry.</summary>
    internal long Count()
    {
        var (offset, records) = LastEntry(long.MaxValue);
        return records + Walk(ref offset, long.MaxValue);
    }

    /// <summary>Offset of the record with this number, counted from 0.</summary>
    internal long OffsetOf(long record)
    {
        var (offset, records) = LastEntry(record);
        Walk(ref offset, record - records);
        return offset;
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private (long Time, long Offset, long Records) Entry(int i)
    {
        var at = _index.AsSpan(i * LogFormat.IndexEntrySize);
        return (BitConverter.ToInt64(at), BitConverter.ToUInt32(at[8..]), BitConverter.ToUInt32(at[12..]));
    }

    private (long Offset, long Records) LastEntry(long atMost)
    {
        long size = RandomAccess.GetLength(File);
        for (int i = Entries - 1; i >= 0; i--)
        {
            var (_, offset, records) = Entry(i);
            if (records <= atMost && offset <= size)
            {
                return (offset, records);
            }
        }

        return (LogFormat.FileHeaderSize, 0);
    }

    private long Walk(ref long offset, long limit)
    {
        var buffer = new byte[128 * 1024];
        long walked = 0;
        while (walked < limit)
        {
            int got = RandomAccess.Read(File, buffer, offset), at = 0;
            while (walked < limit && got - at >= LogFormat.RecordHeaderSize
                && LogFormat.TryReadHeader(buffer.AsSpan(at), out _, out _, out int length, out _)
                && got - at >= LogFormat.RecordHeaderSize + length)
            {
                at += LogFormat.RecordHeaderSize + length;
                walked++;
            }

            if (at == 0)
            {
                break;
            }

            offset += at;
        }

        return walked;
    }
}
