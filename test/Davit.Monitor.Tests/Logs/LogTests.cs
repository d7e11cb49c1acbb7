using System.Text;
using Davit.Monitor.Logs;

namespace Davit.Monitor.Tests.Logs;

public sealed class LogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogReader _reader = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _reader.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Lines_come_back_as_they_were_written()
    {
        Write(writer =>
        {
            writer.Append(1, "one\ntwo\nthr"u8);
            writer.Append(2, "error\n"u8);
            writer.Append(1, "ee\nend"u8);
            writer.Finish();
        });

        var records = await ReadAsync(new LogQuery());

        Assert.Equal(["1:one\n", "1:two\n", "2:error\n", "1:three\n", "1:end"], records.Select(record => $"{record.Stream}:{record.Text}"));
        Assert.Equal([false, false, false, false, true], records.Select(record => record.Partial));
        Assert.Equal(records.OrderBy(record => record.Time), records);
    }

    [Fact]
    public async Task Reading_goes_on_where_an_earlier_one_was()
    {
        Write(writer => writer.Append(1, "one\ntwo\n"u8));
        LogPosition? place = null;
        await foreach (var batch in _reader.ReadBatchesAsync(_directory.Path, new LogQuery(), Cancellation))
        {
            var records = batch.GetEnumerator();
            records.MoveNext();
            place = records.End;
            Assert.Equal(new LogPosition(1, LogFormat.FileHeaderSize + (2 * (LogFormat.RecordHeaderSize + 4))), batch.End);
        }

        Write(writer => writer.Append(1, "three\n"u8));
        Assert.Equal(["two\n", "three\n"], (await ReadAsync(new LogQuery { From = place })).Select(record => record.Text));
        // a segment that is gone, and an end that a power cut took
        Assert.Equal(["one\n", "two\n", "three\n"], (await ReadAsync(new LogQuery { From = new LogPosition(0, 500) })).Select(record => record.Text));
        Assert.Empty(await ReadAsync(new LogQuery { From = new LogPosition(1, 500) }));
    }

    [Theory]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(50000)]
    public async Task Long_line_is_split_at_16_KiB_and_whole_when_joined(int length)
    {
        var line = new string('x', length) + "\n";
        Write(writer =>
        {
            foreach (var piece in line.Chunk(1000))
            {
                writer.Append(1, Encoding.ASCII.GetBytes(piece));
            }

            writer.Finish();
        });

        var records = await ReadAsync(new LogQuery());

        Assert.Equal(line, string.Concat(records.Select(record => record.Text)));
        Assert.All(records.SkipLast(1), record => Assert.True(record.Partial && record.Text.Length == LogFormat.MaxPayload));
        Assert.False(records[^1].Partial);
    }

    [Fact]
    public async Task Rotation_keeps_the_newest_segments_and_tail_crosses_them()
    {
        Write(segments: 3, segmentSize: 64 * 1024, write: writer => AppendNumbered(writer, 0, 20_000));

        Assert.Equal(3, LogFormat.Segments(_directory.Path).Count);
        Assert.Equal(3, Directory.GetFiles(_directory.Path, "*.idx").Length);
        var all = await ReadAsync(new LogQuery());
        Assert.Equal(Enumerable.Range(20_000 - all.Count, all.Count).Select(n => $"line {n}\n"), all.Select(record => record.Text));
        Assert.InRange(all.Count, 4000, 8000);

        foreach (int tail in (int[])[0, 1, 10, 1000, 3000, all.Count, all.Count + 5])
        {
            var last = await ReadAsync(new LogQuery { Tail = tail });
            Assert.Equal(all.TakeLast(tail).Select(record => record.Text), last.Select(record => record.Text));
        }
    }

    [Fact]
    public async Task Since_and_until_choose_by_time_and_streams_by_kind()
    {
        Write(segmentSize: 64 * 1024, segments: 100, write: writer =>
        {
            for (int i = 0; i < 5000; i++)
            {
                writer.Append((i % 2) + 1, Encoding.ASCII.GetBytes($"line {i}\n"));
            }
        });
        var all = await ReadAsync(new LogQuery());

        foreach (int at in (int[])[0, 1, 777, 2500, 4999])
        {
            long since = all[at].Time, until = all[Math.Min(at + 100, 4999)].Time;
            var expected = all.Where(record => record.Time >= since && record.Time <= until).Select(record => record.Text);
            var found = await ReadAsync(new LogQuery { SinceNanoseconds = since, UntilNanoseconds = until });
            Assert.Equal(expected, found.Select(record => record.Text));
        }

        var errors = await ReadAsync(new LogQuery { Stdout = false });
        Assert.Equal(2500, errors.Count);
        Assert.All(errors, record => Assert.Equal(2, record.Stream));
        Assert.Empty(await ReadAsync(new LogQuery { SinceNanoseconds = all[^1].Time + 1 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(25)]
    public async Task Torn_end_is_ignored_by_readers_and_cut_by_the_next_writer(int torn)
    {
        Write(writer => AppendNumbered(writer, 0, 10));
        var path = Path.Combine(_directory.Path, LogFormat.SegmentName(1));
        var record = new byte[LogFormat.RecordHeaderSize + 12];
        LogFormat.WriteHeader(record, 1, false, 12, 1);
        using (var file = new FileStream(path, FileMode.Append))
        {
            file.Write(record.AsSpan(0, torn));
        }

        Assert.Equal(10, (await ReadAsync(new LogQuery())).Count);
        Assert.Equal(["line 9\n"], (await ReadAsync(new LogQuery { Tail = 1 })).Select(found => found.Text));

        Write(writer => AppendNumbered(writer, 10, 20));
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"line {n}\n"), (await ReadAsync(new LogQuery())).Select(found => found.Text));
    }

    [Fact]
    public async Task Zeros_after_a_power_cut_are_no_records()
    {
        Write(writer => AppendNumbered(writer, 0, 10));
        using (var file = new FileStream(Path.Combine(_directory.Path, LogFormat.SegmentName(1)), FileMode.Append))
        {
            file.Write(new byte[5000]);
        }

        Write(writer => AppendNumbered(writer, 10, 11));

        Assert.Equal(Enumerable.Range(0, 11).Select(n => $"line {n}\n"), (await ReadAsync(new LogQuery())).Select(found => found.Text));
    }

    [Fact]
    public async Task Lost_index_makes_no_difference()
    {
        Write(segmentSize: 256 * 1024, segments: 10, write: writer => AppendNumbered(writer, 0, 20_000));
        foreach (var index in Directory.GetFiles(_directory.Path, "*.idx"))
        {
            File.Delete(index);
        }

        Assert.Equal(20_000, (await ReadAsync(new LogQuery())).Count);
        Assert.Equal("line 19990\n", (await ReadAsync(new LogQuery { Tail = 10 }))[0].Text);
    }

    [Fact]
    public async Task Follower_sees_every_line_once_across_rotation_and_ends_with_the_writer()
    {
        var ended = new TaskCompletionSource();
        var following = Task.Run(() => ReadAsync(new LogQuery { Follow = true, FollowUntil = ended.Task }), Cancellation);

        // More segments than are kept would be lost to a slow reader: all are kept here.
        using (var writer = new LogWriter(_directory.Path, 32 * 1024, 1000))
        {
            for (int i = 0; i < 100; i++)
            {
                AppendNumbered(writer, i * 200, (i + 1) * 200);
                if (i % 10 == 0)
                {
                    await Task.Yield();
                }
            }

            writer.Finish();
        }

        ended.SetResult();
        var records = await following.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Assert.Equal(Enumerable.Range(0, 20_000).Select(n => $"line {n}\n"), records.Select(record => record.Text));
    }

    [Fact]
    public async Task Follower_wakes_for_a_line_without_polling_and_stops_when_cancelled()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var writer = new LogWriter(_directory.Path, 1 << 20, 3);
        writer.Append(1, "first\n"u8);
        await using var records = _reader.ReadAsync(_directory.Path, new LogQuery { Follow = true }, cancel.Token).GetAsyncEnumerator(Cancellation);
        Assert.True(await records.MoveNextAsync());

        var next = records.MoveNextAsync();
        Assert.False(next.IsCompleted);
        writer.Append(1, "second\n"u8);
        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        Assert.Equal("second\n", Encoding.ASCII.GetString(records.Current.Bytes.Span));

        var last = records.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await last);
    }

    [Fact]
    public async Task Blocks_join_neighbours_of_one_stream_and_lose_nothing()
    {
        Write(writer =>
        {
            AppendNumbered(writer, 0, 9000);
            writer.Append(2, "error\n"u8);
            AppendNumbered(writer, 9000, 9500);
        });

        var text = new StringBuilder();
        int blocks = 0;
        await foreach (var block in _reader.ReadBlocksAsync(_directory.Path, new LogQuery(), Cancellation))
        {
            text.Append(Encoding.ASCII.GetString(block.Bytes.Span));
            blocks++;
        }

        Assert.InRange(blocks, 3, 10);
        Assert.Equal(string.Concat((await ReadAsync(new LogQuery())).Select(record => record.Text)), text.ToString());
    }

    [Fact]
    public async Task Log_that_is_not_there_is_empty() => Assert.Empty(await ReadAsync(new LogQuery(), _directory["none"]));

    private static void AppendNumbered(LogWriter writer, int from, int to)
    {
        var text = new StringBuilder();
        for (int i = from; i < to; i++)
        {
            text.Append("line ").Append(i).Append('\n');
        }

        writer.Append(1, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private void Write(Action<LogWriter> write, int segments = 5, long segmentSize = 1 << 20)
    {
        using var writer = new LogWriter(_directory.Path, segmentSize, segments);
        write(writer);
        Assert.Equal(0, writer.Lost);
    }

    private async Task<List<(int Stream, long Time, bool Partial, string Text)>> ReadAsync(LogQuery query, string? directory = null)
    {
        var records = new List<(int, long, bool, string)>();
        await foreach (var record in _reader.ReadAsync(directory ?? _directory.Path, query, Cancellation))
        {
            records.Add((record.Stream, record.TimeNanoseconds, record.Partial, Encoding.ASCII.GetString(record.Bytes.Span)));
        }

        return records;
    }
}
