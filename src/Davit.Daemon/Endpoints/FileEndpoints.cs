using System.Text.Json;
using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Engine.Commit;
using Davit.Engine.Containers;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Files of containers: copy, export, commit.</summary>
internal sealed class FileEndpoints(ApiServices services)
{
    private const string StatHeader = "X-Docker-Container-Path-Stat";

    private ContainerService Containers => services.Containers;

    public void Map(RouteTable routes) => routes
        .Map("HEAD", "/containers/{id}/archive", StatAsync)
        .Get("/containers/{id}/archive", ReadAsync)
        .Map("PUT", "/containers/{id}/archive", WriteAsync)
        .Get("/containers/{id}/export", ExportAsync)
        .Post("/commit", CommitAsync);

    private Task StatAsync(ApiRequest request)
    {
        request.Context.Response.Headers[StatHeader] = Header(Containers.StatPath(request["id"], PathOf(request)));
        return request.EmptyAsync(200);
    }

    private async Task ReadAsync(ApiRequest request)
    {
        var (stat, write) = await Containers.ReadArchiveAsync(request["id"], PathOf(request), request.Aborted).ConfigureAwait(false);
        request.Context.Response.Headers[StatHeader] = Header(stat);
        await request.BeginAsync("application/x-tar").ConfigureAwait(false);
        await write(request.Context.Response.Body, request.Aborted).ConfigureAwait(false);
    }

    private async Task WriteAsync(ApiRequest request)
    {
        await Containers.WriteArchiveAsync(request["id"], PathOf(request), request.Flag("noOverwriteDirNonDir"), request.Flag("copyUIDGID"), request.Body, request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync(200).ConfigureAwait(false);
    }

    private async Task ExportAsync(ApiRequest request)
    {
        Containers.IdOf(request["id"]);
        await request.BeginAsync("application/octet-stream").ConfigureAwait(false);
        await Containers.ExportAsync(request["id"], request.Context.Response.Body, request.Aborted).ConfigureAwait(false);
    }

    private async Task CommitAsync(ApiRequest request)
    {
        var config = await request.ReadOptionalAsync(DockerApiJson.Default.ContainerConfig).ConfigureAwait(false);
        var options = new CommitOptions
        {
            Container = request.Query("container") ?? "",
            Repository = request.Query("repo"),
            Tag = request.Query("tag"),
            Comment = request.Query("comment"),
            Author = request.Query("author"),
            Pause = request.Flag("pause", absent: true),
            Config = config,
            Changes = request.QueryAll("changes"),
        };
        var id = await Containers.CommitAsync(options, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(new IdResponse { Id = id.ToString() }, DockerApiJson.Default.IdResponse, 201).ConfigureAwait(false);
    }

    private static string PathOf(ApiRequest request) => request.Query("path") is { Length: > 0 } path
        ? path
        : throw new DavitException(ErrorKind.InvalidArgument, "bad parameter: path cannot be empty");

    private static string Header(PathStat stat) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(stat, DockerApiJson.Default.PathStat));
}
