using System.IO.Pipelines;
using Davit.Daemon.Front;
using Davit.Engine.Logs;

namespace Davit.Daemon.Streams;

/// <summary>Output of a container as an ordinary body (<c>logs</c>): frames, or raw bytes of a terminal; what is there at once goes out together.</summary>
internal static class FramedOutput
{
    private const int Batch = 64 << 10;

    /// <summary>Writes pieces until their source ends.</summary>
    /// <param name="body">The answer's body, its head sent.</param>
    /// <param name="pieces">Stream number and bytes; the bytes are valid until the next step.</param>
    /// <param name="framed">False for a terminal's output.</param>
    /// <param name="cancellation">The client has left.</param>
    public static async Task WriteAsync(PipeWriter body, IAsyncEnumerable<LogFrame> pieces, bool framed, CancellationToken cancellation)
    {
        await using var source = pieces.GetAsyncEnumerator(cancellation);
        var pending = 0;
        while (true)
        {
            var next = source.MoveNextAsync();
            if (pending > 0 && (pending >= Batch || !next.IsCompleted))
            {
                await body.FlushAsync(cancellation).ConfigureAwait(false);
                pending = 0;
            }

            if (!await next.ConfigureAwait(false)) break;
            pending += Append(body, source.Current.Stream, source.Current.Bytes.Span, framed);
        }

        if (pending > 0) await body.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static int Append(PipeWriter body, int stream, ReadOnlySpan<byte> bytes, bool framed)
    {
        var head = framed ? 8 : 0;
        var room = body.GetSpan(head + bytes.Length);
        if (framed) HijackedConnection.WriteHead(room, stream, bytes.Length);
        bytes.CopyTo(room[head..]);
        body.Advance(head + bytes.Length);
        return head + bytes.Length;
    }
}
