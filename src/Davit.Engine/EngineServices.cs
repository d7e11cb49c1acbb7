using Davit.Engine.Events;
using Davit.Engine.Resources;
using Davit.Engine.Volumes;
using Davit.Images;
using Davit.Monitor.Logs;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Storage.Documents;
using Davit.Storage.Layers;

namespace Davit.Engine;

/// <summary>What the engine works with; wired once by the daemon.</summary>
public sealed record EngineServices
{
    /// <summary>This daemon's share of the host.</summary>
    public required Instance Instance { get; init; }

    /// <summary>Settings.</summary>
    public EngineOptions Options { get; init; } = new();

    /// <summary>Starts containers.</summary>
    public required IContainerRunner Runner { get; init; }

    /// <summary>Reads their logs.</summary>
    public required LogReader Logs { get; init; }

    /// <summary>Root file systems.</summary>
    public required ILayerStore Layers { get; init; }

    /// <summary>Images.</summary>
    public required IImageService Images { get; init; }

    /// <summary>Networks.</summary>
    public required INetworkService Networks { get; init; }

    /// <summary>Volumes.</summary>
    public required VolumeService Volumes { get; init; }

    /// <summary>What must not be lost.</summary>
    public required IDocumentStore Documents { get; init; }

    /// <summary>Where events go.</summary>
    public required EventHub Events { get; init; }

    /// <summary>Freezer, limits and counters of running containers.</summary>
    public required IResourceControl Resources { get; init; }

    /// <summary>Makes the seccomp profile: Docker's JSON or null for the built-in one, and the granted capabilities.</summary>
    public required Func<string?, IReadOnlyList<string>, SeccompSpec?> Seccomp { get; init; }

    /// <summary>Where the engine tells of trouble that no request has to do with.</summary>
    public Action<string> Report { get; init; } = _ => { };

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
