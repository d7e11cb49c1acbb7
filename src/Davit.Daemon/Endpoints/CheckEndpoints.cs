using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Host;

namespace Davit.Daemon.Endpoints;

/// <summary>The data root compared with its records (<c>davit system check</c>); Docker has nothing like it, so the route is our own.</summary>
internal sealed class CheckEndpoints(ApiServices services)
{
    public void Map(RouteTable routes) => routes.Post("/davit/system/check", CheckAsync);

    private async Task CheckAsync(ApiRequest request)
    {
        var report = await services.Store.CheckAsync(request.Flag("repair"), request.Aborted).ConfigureAwait(false);
        var check = new StoreCheck
        {
            Blobs = report.Blobs,
            BlobBytes = report.BlobBytes,
            Layers = report.Layers,
            LayerBytes = report.LayerBytes,
            RootFileSystems = report.RootFs,
            Findings = [.. report.Findings.Select(finding => new StoreFinding { Subject = finding.Subject, Problem = finding.Problem, Repair = finding.Repair })],
        };
        await request.WriteAsync(check, DockerApiJson.Default.StoreCheck).ConfigureAwait(false);
    }
}
