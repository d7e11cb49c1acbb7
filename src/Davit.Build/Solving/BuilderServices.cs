using Davit.Build.Cache;
using Davit.Images;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Primitives;
using Davit.Storage.Layers;

namespace Davit.Build.Solving;

/// <summary>What all builds of a builder share.</summary>
internal sealed record BuilderServices
{
    public required Instance Instance { get; init; }

    public required IImageService Images { get; init; }

    public required ILayerStore Layers { get; init; }

    public required IContainerRunner Runner { get; init; }

    public required INetworkService? Network { get; init; }

    public required BuilderOptions Options { get; init; }

    public required BuildCache Cache { get; init; }

    public required TimeProvider Time { get; init; }

    public required HttpClient Http { get; init; }

    /// <summary>Equal steps of builds side by side.</summary>
    public required KeyedGate Steps { get; init; }

    /// <summary>Steps that run at a time.</summary>
    public required SemaphoreSlim Slots { get; init; }

    /// <summary>Directory for what lives as long as a build.</summary>
    public string TemporaryDirectory => Path.Combine(Instance.DataRoot, "build", "tmp");

    /// <summary>Directory of RUN's cache mounts.</summary>
    public string CacheMountDirectory => Path.Combine(Instance.DataRoot, "build", "mounts");
}
