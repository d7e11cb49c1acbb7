using Davit.Linux.Processes;
using Davit.Primitives;

namespace Davit.Archive.Compression;

/// <summary>bzip2 and xz are read by the host's programs: rare in images, frequent enough in what ADD and import are given.</summary>
internal sealed class ProgramStream : Stream
{
    private readonly string _name;
    private readonly Stream _compressed;
    private readonly SpawnedProgram _program;
    private readonly CancellationTokenSource _stop;
    private readonly Task _feeding;
    private readonly Task<string> _complaint;
    private bool _ended;
    private bool _disposed;

    private ProgramStream(string name, Stream compressed, SpawnedProgram program, CancellationToken cancellation)
    {
        (_name, _compressed, _program) = (name, compressed, program);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _feeding = Task.Run(() => FeedAsync(_stop.Token), CancellationToken.None);
        _complaint = ReadComplaintAsync();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    internal static ProgramStream Open(string program, Stream compressed, CancellationToken cancellation)
    {
        try
        {
            return new ProgramStream(program, compressed, Spawner.Start(new() { Program = program, Arguments = ["-dc"], PipeInput = true }), cancellation);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"{e.Message}: the archive is compressed with {program}", $"install {program} on the host", e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended || buffer.IsEmpty) return 0;
        var read = await _program.Output!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0) return read;
        await _feeding.ConfigureAwait(false);
        var exit = await _program.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (exit != 0) throw new DavitException(ErrorKind.DataLoss, $"{_name}: invalid data: {(await _complaint.ConfigureAwait(false)).Trim().ReplaceLineEndings(" ")}");
        _ended = true;
        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _program.DisposeAsync().ConfigureAwait(false);
        await _feeding.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        await _compressed.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed) DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private async Task FeedAsync(CancellationToken cancellation)
    {
        var input = _program.Input!;
        try
        {
            var buffer = new byte[64 << 10];
            while (await _compressed.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
            {
                try
                {
                    await input.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    // it ended before its input did; its exit code and what it said tell why
                    return;
                }
            }
        }
        finally
        {
            // the end of its input, also when the source failed: the reader then gets the source's failure
            await input.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<string> ReadComplaintAsync()
    {
        using var reader = new StreamReader(_program.Error!, leaveOpen: true);
        var text = new char[1024];
        var length = await reader.ReadBlockAsync(text).ConfigureAwait(false);

        // drained to the end, or it would wait for us
        var rest = new char[1024];
        while (await reader.ReadAsync(rest).ConfigureAwait(false) > 0)
        {
        }

        return new string(text, 0, length);
    }
}
