using System.Buffers;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;
using Davit.Primitives;

namespace Davit.Monitor.Runner;

/// <summary>The streams of an attachment or an exec, over a connection of their own.</summary>
internal sealed class AttachedStreams : IAttachedStreams
{
    private const int WritePiece = 32 * 1024;

    private readonly MonitorConnection _connection;
    private readonly AttachFlags _flags;
    private readonly TaskCompletionSource<int>? _exited;
    private byte[]? _buffer;
    private int _from, _to, _stream, _reading;
    private bool _ended, _disposed;
    private int _theirEnd = -1;

    internal AttachedStreams(MonitorConnection connection, AttachFlags flags, TaskCompletionSource<int>? exited)
    {
        _connection = connection;
        _flags = flags;
        _exited = exited;
    }

    internal AttachFlags Flags => _flags;

    /// <summary>The socket that a container's monitor will get at its start; -1 for streams of a running one.</summary>
    internal int TheirEnd => _theirEnd;

    /// <summary>Streams for a container that is not started yet.</summary>
    internal static AttachedStreams Prepare(AttachFlags flags)
    {
        var (ours, theirs) = PacketSocket.Pair();
        return new AttachedStreams(new MonitorConnection(ours), flags, null) { _theirEnd = theirs };
    }

    /// <summary>The monitor has its end, or will never get it.</summary>
    internal void CloseTheirEnd()
    {
        int end = Interlocked.Exchange(ref _theirEnd, -1);
        if (end >= 0)
        {
            Sys.Close(end);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<OutputPiece> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            throw new InvalidOperationException("streams are being read already");
        }

        try
        {
            if (_from == _to && !await FillAsync(cancellation).ConfigureAwait(false))
            {
                return new OutputPiece(1, 0);
            }

            int count = Math.Min(buffer.Length, _to - _from);
            _buffer.AsSpan(_from, count).CopyTo(buffer.Span);
            _from += count;
            return new OutputPiece(_stream, count);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            var piece = bytes[..Math.Min(bytes.Length, WritePiece)];
            if (!await _connection.TrySendAsync(MessageType.Input, 0, 0, piece.Length, piece, cancellation).ConfigureAwait(false))
            {
                throw new DavitException(ErrorKind.FailedPrecondition, "process has ended");
            }

            bytes = bytes[piece.Length..];
        }
    }

    /// <inheritdoc/>
    public async ValueTask CloseInputAsync(CancellationToken cancellation) =>
        await _connection.TrySendAsync(MessageType.CloseInput, 0, 0, 0, default, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        CloseTheirEnd();
        if (_exited is { Task.IsCompleted: false })
        {
            // Nobody reads an exec's output any more, but its exit code is still wanted.
            await CloseInputAsync(CancellationToken.None).ConfigureAwait(false);
            _ = Task.Run(DrainAsync, CancellationToken.None);
            return;
        }

        Release();
    }

    /// <summary>Ends the connection at once.</summary>
    internal void Abort()
    {
        _disposed = true;
        CloseTheirEnd();
        Release();
        _exited?.TrySetException(new DavitException(ErrorKind.Unavailable, "exec was given up"));
    }

    internal async Task ResizeAsync(int columns, int rows, CancellationToken cancellation) =>
        await _connection.TrySendAsync(MessageType.Resize, 0, 0, MessageHead.PackSize(columns, rows), default, cancellation).ConfigureAwait(false);

    /// <summary>Reads and throws away, until the exec's exit code comes.</summary>
    internal async Task DrainAsync()
    {
        var nothing = new byte[4096];
        try
        {
            while (!_ended)
            {
                if (Volatile.Read(ref _reading) != 0)
                {
                    // A reader that was cancelled is on its way out.
                    await Task.Yield();
                    continue;
                }

                await ReadAsync(nothing, CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            Release();
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(MessageHead.Size + MessageHead.MaxPayload);
        while (!_ended)
        {
            int got = await _connection.ReceiveAsync(_buffer, cancellation).ConfigureAwait(false);
            if (got < MessageHead.Size)
            {
                End(null);
                break;
            }

            var head = MonitorConnection.Head(_buffer);
            switch (head.Type)
            {
                case MessageType.Output when got > MessageHead.Size:
                    (_from, _to, _stream) = (MessageHead.Size, got, head.Stream);
                    return true;
                case MessageType.Exited:
                    End((int)head.Value);
                    break;
                case MessageType.Failed when _exited is null:
                    throw FailureText.Read(_buffer.AsSpan(MessageHead.Size, got - MessageHead.Size));
                default:
                    break;
            }
        }

        return false;
    }

    private void End(int? exitCode)
    {
        _ended = true;
        if (exitCode is { } code)
        {
            _exited?.TrySetResult(code);
        }
        else
        {
            // The monitor is gone, and with it the process.
            _exited?.TrySetResult(137);
        }

        _connection.Dispose();
    }

    private void Release()
    {
        _ended = true;
        _connection.Dispose();
    }
}
