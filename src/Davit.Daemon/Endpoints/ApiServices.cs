using Davit.Build;
using Davit.Engine;
using Davit.Engine.Containers;
using Davit.Engine.Exec;
using Davit.Engine.Host;
using Davit.RegistryClient;
using Davit.Storage;

namespace Davit.Daemon.Endpoints;

/// <summary>What the endpoints work with.</summary>
internal sealed record ApiServices
{
    public required EngineServices Engine { get; init; }

    public required ContainerService Containers { get; init; }

    public required ExecService Execs { get; init; }

    public required SystemService System { get; init; }

    public required DiskUsageService DiskUsage { get; init; }

    public required IImageBuilder Builder { get; init; }

    public required DistributionClient Registries { get; init; }

    public required Store Store { get; init; }
}
