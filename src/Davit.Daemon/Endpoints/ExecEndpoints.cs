using System.Text;
using Davit.Daemon.Front;
using Davit.Daemon.Http;
using Davit.Daemon.Streams;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Engine.Exec;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Further processes in running containers.</summary>
internal sealed class ExecEndpoints(ApiServices services)
{
    public void Map(RouteTable routes) => routes
        .Post("/containers/{id}/exec", CreateAsync)
        .Post("/exec/{id}/start", StartAsync)
        .Post("/exec/{id}/resize", ResizeAsync)
        .Get("/exec/{id}/json", request => request.WriteAsync(services.Execs.Inspect(request["id"]), DockerApiJson.Default.ExecInspect));

    private async Task CreateAsync(ApiRequest request)
    {
        var wanted = await request.ReadAsync(DockerApiJson.Default.ExecCreateRequest).ConfigureAwait(false);
        if (wanted.Cmd is not { Count: > 0 }) throw new DavitException(ErrorKind.InvalidArgument, "No exec command specified");
        var id = services.Execs.Create(request["id"], wanted);
        await request.WriteAsync(new IdResponse { Id = id }, DockerApiJson.Default.IdResponse, 201).ConfigureAwait(false);
    }

    private async Task StartAsync(ApiRequest request)
    {
        var how = await request.ReadOptionalAsync(DockerApiJson.Default.ExecStartRequest).ConfigureAwait(false) ?? new ExecStartRequest();
        var exec = services.Execs.Inspect(request["id"]);
        if (how.Detach)
        {
            await services.Execs.StartAsync(request["id"], how, request.Aborted).ConfigureAwait(false);
            await request.EmptyAsync(200).ConfigureAwait(false);
            return;
        }

        await using var connection = await HijackedConnection.TakeAsync(request.Context, StreamEndpoints.StreamType(how.Tty, request.Version)).ConfigureAwait(false);
        try
        {
            ExecSession session;
            try
            {
                session = await services.Execs.StartAsync(request["id"], how, request.Aborted).ConfigureAwait(false);
            }
            catch (DavitException error)
            {
                // the head has gone out already, so the client reads the failure as output, and the exit code from inspect
                await WriteErrorAsync(connection, error.Message + "\r\n", how.Tty, request.Aborted).ConfigureAwait(false);
                return;
            }

            if (session.Streams is not { } streams) return;
            await using (streams) await new AttachPump(connection, streams, session.Tty).RunAsync(exec.OpenStdin, request.Aborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or System.Net.Sockets.SocketException)
        {
            // the client has gone, or the daemon ends
        }
    }

    private static async Task WriteErrorAsync(HijackedConnection connection, string text, bool terminal, CancellationToken cancellation)
    {
        var frame = new byte[8 + Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, frame.AsSpan(8));
        if (terminal) await connection.WriteAsync(frame.AsMemory(8), cancellation).ConfigureAwait(false);
        else await connection.WriteFrameAsync(1, frame, cancellation).ConfigureAwait(false);
    }

    private async Task ResizeAsync(ApiRequest request)
    {
        var (rows, columns) = TerminalSize.Read(request);
        await services.Execs.ResizeAsync(request["id"], rows, columns, request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync(200).ConfigureAwait(false);
    }
}
