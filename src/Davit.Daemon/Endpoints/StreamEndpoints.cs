using System.Net.WebSockets;
using Davit.Daemon.Front;
using Davit.Daemon.Http;
using Davit.Daemon.Streams;
using Davit.Engine.Attach;
using Davit.Engine.Filters;
using Davit.Engine.Logs;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Input and output of containers: attach and logs.</summary>
internal sealed class StreamEndpoints(ApiServices services)
{
    private static readonly ApiVersion MediaTypesTold = new(42), BinaryMessages = new(28);

    public void Map(RouteTable routes) => routes
        .Post("/containers/{id}/attach", AttachAsync)
        .Get("/containers/{id}/attach/ws", AttachWebSocketAsync)
        .Get("/containers/{id}/logs", LogsAsync);

    private async Task AttachAsync(ApiRequest request)
    {
        var options = Options(request);
        await using var session = await services.Containers.AttachAsync(request["id"], options, request.Aborted).ConfigureAwait(false);
        await using var connection = await HijackedConnection.TakeAsync(request.Context, StreamType(session.Tty, request.Version)).ConfigureAwait(false);
        await ServeAsync(connection, session, options.Stdin, session.Tty, request.Aborted).ConfigureAwait(false);
    }

    private async Task AttachWebSocketAsync(ApiRequest request)
    {
        var options = Options(request);
        await using var session = await services.Containers.AttachAsync(request["id"], options, request.Aborted).ConfigureAwait(false);
        await using var connection = await WebSocketConnection.TakeAsync(request.Context, request.Version < BinaryMessages ? WebSocketMessageType.Text : WebSocketMessageType.Binary).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        var ignored = options.Stdin ? Task.CompletedTask : connection.IgnoreInputAsync(end.Token);
        await ServeAsync(connection, session, options.Stdin, raw: true, request.Aborted).ConfigureAwait(false);
        await connection.CloseOutputAsync().ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await ignored.ConfigureAwait(false);
    }

    private static AttachOptions Options(ApiRequest request) => new()
    {
        Logs = request.Flag("logs"),
        Stream = request.Flag("stream"),
        Stdin = request.Flag("stdin"),
        Stdout = request.Flag("stdout"),
        Stderr = request.Flag("stderr"),
        DetachKeys = request.Query("detachKeys"),
    };

    private static async Task ServeAsync(IClientStream connection, AttachSession session, bool stdin, bool raw, CancellationToken cancellation)
    {
        try
        {
            if (session.History is { } history) await ReplayAsync(connection, history, raw, cancellation).ConfigureAwait(false);
            if (session.Streams is { } streams) await new AttachPump(connection, streams, raw).RunAsync(stdin, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or System.Net.Sockets.SocketException)
        {
            // the client has gone, or the daemon ends
        }
    }

    private static async Task ReplayAsync(IClientStream connection, IAsyncEnumerable<LogFrame> history, bool raw, CancellationToken cancellation)
    {
        var buffer = new byte[8 + (64 << 10)];
        await foreach (var frame in history.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (buffer.Length < 8 + frame.Bytes.Length) buffer = new byte[8 + frame.Bytes.Length];
            frame.Bytes.CopyTo(buffer.AsMemory(8));
            if (!raw) HijackedConnection.WriteHead(buffer, frame.Stream, frame.Bytes.Length);
            await connection.WriteAsync(raw ? buffer.AsMemory(8, frame.Bytes.Length) : buffer.AsMemory(0, 8 + frame.Bytes.Length), cancellation).ConfigureAwait(false);
        }
    }

    private async Task LogsAsync(ApiRequest request)
    {
        var options = new LogsOptions
        {
            Stdout = request.Flag("stdout"),
            Stderr = request.Flag("stderr"),
            Follow = request.Flag("follow"),
            Timestamps = request.Flag("timestamps"),
            Details = request.Flag("details"),
            Tail = Tail(request.Query("tail")),
            Since = Moment(request, "since"),
            Until = Moment(request, "until"),
        };
        var logs = services.Containers.Logs(request["id"], options, request.Aborted);
        await request.BeginAsync(StreamType(logs.Tty, request.Version)).ConfigureAwait(false);
        await FramedOutput.WriteAsync(request.Context.Response.BodyWriter, logs.Frames, !logs.Tty, request.Aborted).ConfigureAwait(false);
    }

    /// <summary>Anything that is no number means all, as with Docker.</summary>
    private static long Tail(string? text) => long.TryParse(text, out var lines) && lines >= 0 ? lines : -1;

    private DateTimeOffset? Moment(ApiRequest request, string name)
    {
        var text = request.Query(name);
        if (string.IsNullOrEmpty(text) || text is "0") return null;
        return Moments.Parse(text, services.Engine.Time.GetUtcNow())
            ?? throw new DavitException(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for {name}: seconds since 1970, a date, or a duration such as 10m is expected");
    }

    /// <summary>Clients before 1.42 know only one media type for both kinds.</summary>
    internal static string StreamType(bool terminal, ApiVersion version) => terminal || version < MediaTypesTold ? HijackedConnection.Raw : HijackedConnection.Multiplexed;
}
