using System.IO.Compression;
using System.Security.Cryptography;
using Davit.Primitives;

namespace Davit.Archive.Tests;

public sealed class CompressionTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[] Sample { get; } = [.. RandomNumberGenerator.GetBytes(700_000), .. new byte[2_000_000], .. RandomNumberGenerator.GetBytes(700_000)];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("cat")]
    public async Task Every_compression_is_known_by_its_first_bytes(string program)
    {
        var file = _scratch.Path + "/sample";
        await File.WriteAllBytesAsync(file, Sample, Cancellation);
        byte[] compressed;
        if (program == "zstd")
        {
            var buffer = new MemoryStream();
            await using (var stream = ZstdCompression.Open(buffer, 3, leaveOpen: true)) await stream.WriteAsync(Sample, Cancellation);
            compressed = buffer.ToArray();
        }
        else if (program == "cat")
        {
            compressed = Sample;
        }
        else
        {
            ForeignTarTests.Run(program, "-k", file);
            compressed = await File.ReadAllBytesAsync(Directory.GetFiles(_scratch.Path).Single(path => path != file), Cancellation);
        }

        var (plain, kind) = await Decompression.OpenAsync(new MemoryStream(compressed), leaveOpen: false, Cancellation);
        await using (plain)
        {
            Assert.Equal(program switch { "gzip" => CompressionKind.Gzip, "zstd" => CompressionKind.Zstd, "bzip2" => CompressionKind.Bzip2, "xz" => CompressionKind.Xz, _ => CompressionKind.None }, kind);
            var result = new MemoryStream();
            await plain.CopyToAsync(result, Cancellation);
            Assert.Equal(Sample, result.ToArray());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Damaged_and_truncated_data_is_data_loss(bool gzip)
    {
        var buffer = new MemoryStream();
        await using (Stream stream = gzip ? new ParallelGzipStream(buffer, CompressionLevel.Fastest, leaveOpen: true) : ZstdCompression.Open(buffer, 3, leaveOpen: true)) await stream.WriteAsync(Sample, Cancellation);
        var whole = buffer.ToArray();
        var damaged = (byte[])whole.Clone();
        damaged[damaged.Length / 2] ^= 0x55;
        foreach (var bytes in (byte[][])[damaged, whole[..(whole.Length / 3)]])
        {
            var (plain, _) = await Decompression.OpenAsync(new MemoryStream(bytes), leaveOpen: false, Cancellation);
            var result = new MemoryStream();
            var error = await Record.ExceptionAsync(() => plain.CopyToAsync(result, Cancellation));
            if (error is null) Assert.NotEqual(Sample, result.ToArray());
            else Assert.Equal(ErrorKind.DataLoss, Assert.IsType<DavitException>(error).Kind);
        }
    }

    [Theory]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public async Task What_a_program_cannot_read_is_data_loss_with_its_words(string program)
    {
        var file = _scratch.Path + "/sample";
        await File.WriteAllBytesAsync(file, Sample, Cancellation);
        ForeignTarTests.Run(program, "-1", file);
        var whole = await File.ReadAllBytesAsync(Directory.GetFiles(_scratch.Path).Single(), Cancellation);
        var (plain, _) = await Decompression.OpenAsync(new MemoryStream(whole, 0, whole.Length / 2), leaveOpen: false, Cancellation);
        var error = await Assert.ThrowsAsync<DavitException>(() => plain.CopyToAsync(Stream.Null, Cancellation));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.StartsWith($"{program}: invalid data: ", error.Message, StringComparison.Ordinal);
        await plain.DisposeAsync();

        // one that nobody reads to its end ends all the same
        (plain, _) = await Decompression.OpenAsync(new MemoryStream(whole), leaveOpen: false, Cancellation);
        await plain.ReadExactlyAsync(new byte[10], Cancellation);
        await plain.DisposeAsync();
    }

    [Fact]
    public async Task Parallel_gzip_gives_the_same_bytes_each_time_and_gunzip_reads_them()
    {
        var outputs = new List<byte[]>();
        foreach (var piece in (int[])[1_000, 1 << 20, Sample.Length])
        {
            var buffer = new MemoryStream();
            await using (var gzip = new ParallelGzipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            {
                for (var at = 0; at < Sample.Length; at += piece) await gzip.WriteAsync(Sample.AsMemory(at, Math.Min(piece, Sample.Length - at)), Cancellation);
            }

            outputs.Add(buffer.ToArray());
        }

        Assert.Equal(outputs[0], outputs[1]);
        Assert.Equal(outputs[0], outputs[2]);
        var file = _scratch.Path + "/x.gz";
        await File.WriteAllBytesAsync(file, outputs[0], Cancellation);
        ForeignTarTests.Run("gunzip", file);
        Assert.Equal(Sample, await File.ReadAllBytesAsync(_scratch.Path + "/x", Cancellation));

        var empty = new MemoryStream();
        await using (new ParallelGzipStream(empty, CompressionLevel.Fastest, leaveOpen: true))
        {
        }

        var (plain, kind) = await Decompression.OpenAsync(new MemoryStream(empty.ToArray()), leaveOpen: false, Cancellation);
        Assert.Equal(CompressionKind.Gzip, kind);
        Assert.Equal(-1, plain.ReadByte());
    }
}
