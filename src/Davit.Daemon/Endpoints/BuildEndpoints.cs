using System.Text.Json;
using Davit.Build;
using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Images;
using Davit.DockerApi.Messages;
using Davit.Oci;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Builds through the classic protocol: a tar of the context goes in, progress lines come out.</summary>
internal sealed class BuildEndpoints(ApiServices services)
{
    public void Map(RouteTable routes) => routes.Post("/build", BuildAsync).Post("/build/prune", PruneAsync).Post("/build/cancel", request => request.EmptyAsync(200));

    private async Task BuildAsync(ApiRequest request)
    {
        if (request.Query("version") == "2") throw new DavitException(ErrorKind.InvalidArgument, "BuildKit's protocol is not spoken on this route", "set DOCKER_BUILDKIT=0, or use davit build");
        var contentType = request.Context.Request.ContentType?.Split(';')[0].Trim();
        if (!string.IsNullOrEmpty(contentType) && contentType is not ("application/x-tar" or "application/tar" or "application/octet-stream" or "application/gzip" or "application/x-gzip"))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"Content-Type {contentType} is not application/x-tar");
        }

        var wanted = ToRequest(request);
        await ProgressWriter.RunAsync(request, async (progress, cancellation) =>
        {
            var image = await services.Builder.BuildAsync(wanted, progress, cancellation).ConfigureAwait(false);

            // a quiet build says nothing but what came of it
            if (wanted.Quiet) progress.Report(new ProgressEvent { Stream = image.Id + "\n" });
        }).ConfigureAwait(false);
    }

    private static BuildRequest ToRequest(ApiRequest request)
    {
        RefuseUnsupported(request);
        return new BuildRequest
        {
            Context = RemoteContext(request) ?? request.Body,
            Dockerfile = request.Query("dockerfile") is { Length: > 0 } file ? file : "Dockerfile",
            Tags = [.. request.QueryAll("t").Where(tag => tag.Length > 0).Select(Reference.Parse).Distinct()],
            BuildArgs = ReadMap(request, "buildargs"),
            Labels = ReadMap(request, "labels").ToDictionary(pair => pair.Key, pair => pair.Value ?? ""),
            Target = request.Query("target") is { Length: > 0 } target ? target : null,
            NoCache = request.Flag("nocache"),
            Pull = request.Flag("pull"),
            Network = request.Query("networkmode") is { Length: > 0 } network ? network : "default",
            ExtraHosts = ReadHosts(request),
            Platform = request.Query("platform") is { Length: > 0 } platform ? Platform.Parse(platform) : null,
            ShmSize = request.Number("shmsize") ?? 0,
            Limits = ReadLimits(request),
            Quiet = request.Flag("q"),
            Credentials = RegistryAuth.ReadAll(request),
        };
    }

    /// <summary>A build limit that would have no effect is refused by name.</summary>
    private static void RefuseUnsupported(ApiRequest request)
    {
        foreach (var name in (string[])["outputs", "isolation"])
        {
            if (request.Query(name) is { Length: > 0 } value && value is not ("null" or "default")) throw new DavitException(ErrorKind.InvalidArgument, $"build option {name}={value} is not in effect in this engine");
        }

        foreach (var name in (string[])["squash", "securityopt"])
        {
            if (request.Query(name) is { Length: > 0 } value && value is not ("0" or "false" or "null" or "[]")) throw new DavitException(ErrorKind.InvalidArgument, $"build option {name}={value} is not in effect in this engine");
        }
    }

    private static StepLimits ReadLimits(ApiRequest request) => new()
    {
        Memory = request.Number("memory") ?? 0,
        MemorySwap = request.Number("memswap") ?? 0,
        CpuShares = request.Number("cpushares") ?? 0,
        CpuPeriod = request.Number("cpuperiod") ?? 0,
        CpuQuota = request.Number("cpuquota") ?? 0,
        CpusetCpus = request.Query("cpusetcpus") ?? "",
        CpusetMems = request.Query("cpusetmems") ?? "",
        CgroupParent = request.Query("cgroupparent") ?? "",
        Rlimits = ReadUlimits(request),
    };

    private static IReadOnlyList<RlimitSpec> ReadUlimits(ApiRequest request)
    {
        if (request.Query("ulimits") is not { Length: > 0 } text) return [];
        try
        {
            return [.. (JsonSerializer.Deserialize(text, DockerApiJson.Default.UlimitArray) ?? []).Select(u => RlimitSpec.FromUlimit(u.Name, u.Soft, u.Hard))];
        }
        catch (JsonException error)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"error reading ulimits: {error.Message}", inner: error);
        }
    }

    private static Stream? RemoteContext(ApiRequest request) => request.Query("remote") is { Length: > 0 } remote && remote != "client-session"
        ? throw new DavitException(ErrorKind.InvalidArgument, $"the remote context {remote} must be fetched by the client", "davit build fetches git and http contexts itself")
        : null;

    private static IReadOnlyDictionary<string, string?> ReadMap(ApiRequest request, string name)
    {
        if (request.Query(name) is not { Length: > 0 } text) return new Dictionary<string, string?>();
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Null ? new Dictionary<string, string?>() : document.RootElement.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"error reading {name}: {error.Message}", inner: error);
        }
    }

    private static IReadOnlyList<string> ReadHosts(ApiRequest request)
    {
        if (request.Query("extrahosts") is not { Length: > 0 } text) return [];
        return text[0] == '[' ? JsonSerializer.Deserialize(text, DockerApiJson.Default.StringArray) ?? [] : text.Split(',');
    }

    private async Task PruneAsync(ApiRequest request)
    {
        var freed = await services.Builder.PruneAsync(request.Flag("all"), request.Aborted).ConfigureAwait(false);
        services.Engine.Events.Publish("builder", "prune", "", new Dictionary<string, string> { ["reclaimed"] = freed.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await request.WriteAsync(new BuildCachePruneReport { SpaceReclaimed = freed }, DockerApiJson.Default.BuildCachePruneReport).ConfigureAwait(false);
    }
}
