using Davit.Daemon.Http;
using Davit.Daemon.Versions;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Containers: their life from creation to removal.</summary>
internal sealed class ContainerEndpoints(ApiServices services)
{
    private ContainerService Containers => services.Containers;

    public void Map(RouteTable routes) => routes
        .Post("/containers/create", CreateAsync)
        .Post("/containers/prune", PruneAsync)
        .Post("/containers/{id}/start", StartAsync)
        .Post("/containers/{id}/stop", request => DoneAsync(request, Containers.StopAsync(request["id"], Text(request, "signal"), (int?)request.Number("t"), request.Aborted)))
        .Post("/containers/{id}/restart", request => DoneAsync(request, Containers.RestartAsync(request["id"], Text(request, "signal"), (int?)request.Number("t"), request.Aborted)))
        .Post("/containers/{id}/kill", request => DoneAsync(request, Containers.KillAsync(request["id"], Text(request, "signal"), request.Aborted)))
        .Post("/containers/{id}/pause", request => DoneAsync(request, Containers.PauseAsync(request["id"], request.Aborted)))
        .Post("/containers/{id}/unpause", request => DoneAsync(request, Containers.UnpauseAsync(request["id"], request.Aborted)))
        .Post("/containers/{id}/rename", request => DoneAsync(request, Containers.RenameAsync(request["id"], request.Query("name") ?? "", request.Aborted)))
        .Post("/containers/{id}/update", UpdateAsync)
        .Post("/containers/{id}/resize", ResizeAsync)
        .Post("/containers/{id}/wait", WaitAsync)
        .Get("/containers/{id}/checkpoints", Checkpoints)
        .Post("/containers/{id}/checkpoints", Checkpoints)
        .Delete("/containers/{id}/checkpoints/{checkpoint}", Checkpoints)
        .Delete("/containers/{id*}", RemoveAsync); // a link is removed by container/alias

    private static Task Checkpoints(ApiRequest request) => throw new DavitException(ErrorKind.NotImplemented, "checkpoints are not in effect in this engine");

    private async Task CreateAsync(ApiRequest request)
    {
        var wanted = await request.ReadAsync(DockerApiJson.Default.CreateContainerRequest).ConfigureAwait(false);
        RequestRules.Apply(wanted, request.Version);
        var platform = request.Query("platform") is { Length: > 0 } text ? Platform.Parse(text) : null;
        var created = await Containers.CreateAsync(Text(request, "name"), wanted, platform, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(created, DockerApiJson.Default.CreateContainerResponse, 201).ConfigureAwait(false);
    }

    private Task StartAsync(ApiRequest request)
    {
        // clients of old sent the host's configuration with the start
        if (request.Context.Request.ContentLength > 7)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24");
        }

        if (Text(request, "checkpoint") is { } checkpoint) throw new DavitException(ErrorKind.InvalidArgument, $"checkpoint {checkpoint}: checkpoints are not in effect in this engine");
        return DoneAsync(request, Containers.StartAsync(request["id"], request.Aborted));
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var wanted = await request.ReadAsync(DockerApiJson.Default.ContainerUpdateRequest).ConfigureAwait(false);
        var warnings = await Containers.UpdateAsync(request["id"], wanted, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(new ContainerUpdateResponse { Warnings = warnings.Count > 0 ? warnings : null }, DockerApiJson.Default.ContainerUpdateResponse).ConfigureAwait(false);
    }

    private Task ResizeAsync(ApiRequest request)
    {
        var (rows, columns) = TerminalSize.Read(request);
        return DoneAsync(request, Containers.ResizeAsync(request["id"], rows, columns, request.Aborted), 200);
    }

    /// <summary>The head goes out as soon as the wait is registered: clients start the container only then.</summary>
    private async Task WaitAsync(ApiRequest request)
    {
        var condition = Text(request, "condition") switch
        {
            null or "not-running" => WaitCondition.NotRunning,
            "next-exit" => WaitCondition.NextExit,
            "removed" => WaitCondition.Removed,
            var other => throw new DavitException(ErrorKind.InvalidArgument, $"invalid condition: \"{other}\""),
        };
        var end = Containers.Wait(request["id"], condition, request.Aborted);
        await request.BeginAsync("application/json").ConfigureAwait(false);
        var result = await end.ConfigureAwait(false);
        var body = request.Context.Response.BodyWriter;
        using (var writer = new System.Text.Json.Utf8JsonWriter(body, JsonBody.WriterOptions)) System.Text.Json.JsonSerializer.Serialize(writer, result, DockerApiJson.Default.ContainerWait);
        body.GetSpan(1)[0] = (byte)'\n';
        body.Advance(1);
        await body.FlushAsync(request.Aborted).ConfigureAwait(false);
    }

    private Task RemoveAsync(ApiRequest request) => DoneAsync(request, Containers.RemoveAsync(
        request["id"], new RemoveOptions { Force = request.Flag("force"), Volumes = request.Flag("v"), Link = request.Flag("link") }, request.Aborted));

    private async Task PruneAsync(ApiRequest request)
    {
        var (ids, bytes) = await Containers.PruneAsync(request.Filters(), request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(new ContainerPruneReport { ContainersDeleted = ids.Count > 0 ? ids : null, SpaceReclaimed = bytes }, DockerApiJson.Default.ContainerPruneReport).ConfigureAwait(false);
    }

    private static async Task DoneAsync(ApiRequest request, Task work, int status = 204)
    {
        await work.ConfigureAwait(false);
        await request.EmptyAsync(status).ConfigureAwait(false);
    }

    private static string? Text(ApiRequest request, string name) => request.Query(name) is { Length: > 0 } text ? text : null;
}
