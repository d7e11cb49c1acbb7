using Davit.Daemon.Http;
using Davit.Daemon.Versions;
using Davit.DockerApi;
using Davit.DockerApi.Host;
using Davit.Engine.Events;
using Davit.Engine.Filters;
using Davit.Primitives;
using Davit.RegistryClient;
using Microsoft.AspNetCore.Http;

namespace Davit.Daemon.Endpoints;

/// <summary>The daemon itself: ping, version, info, login, disk usage, events.</summary>
internal sealed class SystemEndpoints(ApiServices services)
{
    private static readonly HashSet<string> UsageTypes = ["container", "image", "volume", "build-cache"];
    private int _listeners;

    public void Map(RouteTable routes) => routes
        .Get("/_ping", PingAsync)
        .Get("/version", request => request.WriteAsync(services.System.Version(), DockerApiJson.Default.SystemVersion))
        .Get("/info", request => request.WriteAsync(services.System.Info(_listeners), DockerApiJson.Default.SystemInfo))
        .Post("/auth", LoginAsync)
        .Get("/system/df", DiskUsageAsync)
        .Get("/events", EventsAsync);

    private static async Task PingAsync(ApiRequest request)
    {
        var response = request.Context.Response;
        response.Headers["Builder-Version"] = "1"; // the classic builder's protocol
        response.Headers["Swarm"] = "inactive";
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = HttpMethods.IsHead(request.Context.Request.Method) ? 0 : 2;
        if (!HttpMethods.IsHead(request.Context.Request.Method)) await response.Body.WriteAsync("OK"u8.ToArray(), CancellationToken.None).ConfigureAwait(false);
    }

    private async Task LoginAsync(ApiRequest request)
    {
        var auth = await request.ReadAsync(DockerApiJson.Default.AuthConfig).ConfigureAwait(false);
        var result = await services.Registries.LoginAsync(auth.ServerAddress ?? "", new Credential(auth.Username, auth.Password, auth.IdentityToken), request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(new AuthResponse { Status = result.Status, IdentityToken = result.IdentityToken }, DockerApiJson.Default.AuthResponse).ConfigureAwait(false);
    }

    private async Task DiskUsageAsync(ApiRequest request)
    {
        var types = RequestRules.UsageTypes(request.QueryAll("type"), request.Version);
        if (types.FirstOrDefault(type => !UsageTypes.Contains(type)) is { } unknown) throw new DavitException(ErrorKind.InvalidArgument, $"unknown object type: {unknown}");
        var usage = await services.DiskUsage.MeasureAsync([.. types], services.Builder.CacheUsage, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(usage, DockerApiJson.Default.DiskUsage).ConfigureAwait(false);
    }

    private async Task EventsAsync(ApiRequest request)
    {
        var query = new EventQuery { Since = Moment(request, "since"), Until = Moment(request, "until"), Filters = request.Filters() };
        if (query.Since is { } since && query.Until is { } until && until < since)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"`since` time ({request.Query("since")}) cannot be after `until` time ({request.Query("until")})");
        }

        var events = services.Engine.Events.ReadAsync(query, request.Aborted);
        Interlocked.Increment(ref _listeners);
        try
        {
            await JsonLines.WriteAsync(request, events, DockerApiJson.Default.EventMessage).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    private DateTimeOffset? Moment(ApiRequest request, string name)
    {
        var text = request.Query(name);
        if (string.IsNullOrEmpty(text)) return null;
        return Moments.Parse(text, services.Engine.Time.GetUtcNow())
            ?? throw new DavitException(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for {name}: seconds since 1970, a date, or a duration such as 10m is expected");
    }
}
