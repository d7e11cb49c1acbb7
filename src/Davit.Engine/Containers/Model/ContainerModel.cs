using Davit.DockerApi.Containers;

namespace Davit.Engine.Containers.Model;

/// <summary>A container at one moment. Immutable; a change makes a new model, swapped whole.</summary>
internal sealed record ContainerModel
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name without a slash.</summary>
    public required string Name { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Digest of the image's configuration.</summary>
    public required string ImageId { get; init; }

    /// <summary>Platform of the image, for inspect.</summary>
    public string Platform { get; init; } = "linux";

    /// <summary>Chain ids of the image's layers, base first.</summary>
    public IReadOnlyList<string> Chain { get; init; } = [];

    /// <summary>What runs, image and request merged. Its <c>Image</c> is the name as the user wrote it.</summary>
    public required ContainerConfig Config { get; init; }

    /// <summary>As given, defaults filled in as Docker shows them.</summary>
    public required HostConfig HostConfig { get; init; }

    /// <summary>Networks by name with what was asked for on each; the first one is the network mode's.</summary>
    public IReadOnlyDictionary<string, EndpointSettings> Networks { get; init; } = new Dictionary<string, EndpointSettings>();

    /// <summary>Binds, volumes and tmpfs in the order in which they were found.</summary>
    public IReadOnlyList<MountModel> Mounts { get; init; } = [];

    public StateModel State { get; init; } = new();

    /// <summary>Path and arguments of the process.</summary>
    public IReadOnlyList<string> Command => [.. Config.Entrypoint ?? [], .. Config.Cmd ?? []];

    /// <summary>Whether it goes with its end, and lives in the run-time directory alone.</summary>
    public bool IsEphemeral => HostConfig.AutoRemove;

    public bool HasTerminal => Config.Tty;

    /// <summary>Name as Docker's API shows it.</summary>
    public string SlashName => "/" + Name;
}
