using System.Runtime.CompilerServices;

namespace Davit.Monitor.Logs;

/// <summary>Reads logs while their monitors write them, and follows them across rotation without polling. One for the process.</summary>
public sealed class LogReader : IDisposable
{
    private const int BufferSize = 256 * 1024, BlockSize = 64 * 1024;

    private readonly LogWatcher _watcher = new();

    /// <summary>Reads record by record.</summary>
    public async IAsyncEnumerable<LogRecord> ReadAsync(string directory, LogQuery query, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var batch in ReadBatchesAsync(directory, query, cancellation).ConfigureAwait(false))
        {
            foreach (var record in batch)
            {
                yield return record;
            }
        }
    }

    /// <summary>
    /// Reads neighbouring records of one stream as one, up to 64 KiB: for long reads that nobody looks at line by line. Time and partial mark are the last one's.
    /// </summary>
    public async IAsyncEnumerable<LogRecord> ReadBlocksAsync(string directory, LogQuery query, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var block = new byte[BlockSize];
        await foreach (var batch in ReadBatchesAsync(directory, query, cancellation).ConfigureAwait(false))
        {
            int count = 0;
            LogRecord last = default;
            foreach (var record in batch)
            {
                if (count > 0 && (record.Stream != last.Stream || count + record.Bytes.Length > BlockSize))
                {
                    yield return last with { Bytes = block.AsMemory(0, count) };
                    count = 0;
                }

                record.Bytes.Span.CopyTo(block.AsSpan(count));
                count += record.Bytes.Length;
                last = record;
            }

            if (count > 0)
            {
                yield return last with { Bytes = block.AsMemory(0, count) };
            }
        }
    }

    /// <summary>Reads many records at a time.</summary>
    public async IAsyncEnumerable<LogBatch> ReadBatchesAsync(string directory, LogQuery query, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var watch = query.Follow ? _watcher.Watch(directory) : null;
        var (segment, offset) = Start(directory, query);
        var buffer = new byte[BufferSize];
        bool ended = false;
        try
        {
            for (;;)
            {
                cancellation.ThrowIfCancellationRequested();
                var changed = watch?.Next();
                // The writer's end is looked at before the read: what the read then does not find was never written.
                bool last = query.Follow && query.FollowUntil is { IsCompleted: true };
                if (segment is null)
                {
                    var numbers = LogFormat.Segments(directory);
                    segment = numbers.Count == 0 ? null : LogSegment.Open(directory, numbers[0]);
                    offset = LogFormat.FileHeaderSize;
                }

                int got = segment is null ? 0 : await RandomAccess.ReadAsync(segment.File, buffer, offset, cancellation).ConfigureAwait(false);
                var (from, to) = Whole(buffer.AsSpan(0, got), query, out bool pastUntil);
                if (to > 0)
                {
                    var start = new LogPosition(segment!.Number, offset + from);
                    offset += to;
                    if (to > from)
                    {
                        yield return new LogBatch(buffer.AsMemory(from, to - from), start, query.Stdout, query.Stderr);
                    }

                    if (pastUntil)
                    {
                        yield break;
                    }

                    continue;
                }

                if (pastUntil)
                {
                    yield break;
                }

                if (segment is not null && NextNumber(directory, segment.Number) is { } next)
                {
                    // A record may have been added here between the read and the rotation: read once more before moving on.
                    if (!ended)
                    {
                        ended = true;
                        continue;
                    }

                    ended = false;
                    segment.Dispose();
                    segment = LogSegment.Open(directory, next);
                    offset = LogFormat.FileHeaderSize;
                    continue;
                }

                if (!query.Follow || last)
                {
                    yield break;
                }

                var waits = query.FollowUntil is null ? changed! : Task.WhenAny(changed!, query.FollowUntil);
                await waits.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            segment?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();

    private static int? NextNumber(string directory, int number)
    {
        foreach (int candidate in LogFormat.Segments(directory))
        {
            if (candidate > number)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>The part of the buffer that is whole records within the wanted time.</summary>
    private static (int From, int To) Whole(ReadOnlySpan<byte> bytes, LogQuery query, out bool pastUntil)
    {
        int from = 0, to = 0;
        pastUntil = false;
        while (bytes.Length - to >= LogFormat.RecordHeaderSize
            && LogFormat.TryReadHeader(bytes[to..], out _, out _, out int length, out long time)
            && bytes.Length - to >= LogFormat.RecordHeaderSize + length)
        {
            if (query.UntilNanoseconds > 0 && time > query.UntilNanoseconds)
            {
                pastUntil = true;
                break;
            }

            to += LogFormat.RecordHeaderSize + length;
            if (time < query.SinceNanoseconds)
            {
                from = to;
            }
        }

        return (from, to);
    }

    private static (LogSegment? Segment, long Offset) Start(string directory, LogQuery query)
    {
        var numbers = LogFormat.Segments(directory);
        if (query.From is { } place)
        {
            return StartAt(directory, numbers, place);
        }

        if (query.Tail >= 0)
        {
            return StartOfTail(directory, numbers, query.Tail);
        }

        LogSegment? chosen = null;
        foreach (int number in numbers)
        {
            var segment = LogSegment.Open(directory, number);
            if (segment is null)
            {
                continue;
            }

            // The last segment that begins before the wanted time, or else the first.
            if (chosen is not null && !(segment.FirstTime < query.SinceNanoseconds))
            {
                segment.Dispose();
                break;
            }

            chosen?.Dispose();
            chosen = segment;
        }

        return (chosen, chosen?.OffsetBefore(query.SinceNanoseconds) ?? LogFormat.FileHeaderSize);
    }

    private static (LogSegment? Segment, long Offset) StartAt(string directory, List<int> numbers, LogPosition place)
    {
        foreach (int number in numbers)
        {
            if (number < place.Segment || LogSegment.Open(directory, number) is not { } segment)
            {
                continue;
            }

            if (number > place.Segment)
            {
                return (segment, LogFormat.FileHeaderSize);
            }

            // A power cut can take the end of a segment that was read before: then what is written next is new.
            return (segment, place.Offset <= RandomAccess.GetLength(segment.File) ? place.Offset : segment.OffsetOf(segment.Count()));
        }

        return (null, LogFormat.FileHeaderSize);
    }

    private static (LogSegment? Segment, long Offset) StartOfTail(string directory, List<int> numbers, long tail)
    {
        LogSegment? oldest = null;
        for (int i = numbers.Count - 1; i >= 0; i--)
        {
            var segment = LogSegment.Open(directory, numbers[i]);
            if (segment is null)
            {
                break;
            }

            oldest?.Dispose();
            oldest = segment;
            long count = segment.Count();
            if (count >= tail)
            {
                return (segment, segment.OffsetOf(count - tail));
            }

            tail -= count;
        }

        return (oldest, LogFormat.FileHeaderSize);
    }
}
