using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>A line of <c>GET /containers/json</c>.</summary>
public sealed record ContainerSummary
{
    /// <summary>Full id.</summary>
    public string Id { get; set; } = "";

    /// <summary>With a slash before each.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    /// <summary>As the user named it.</summary>
    public string Image { get; set; } = "";

    /// <summary>Image id.</summary>
    public string ImageID { get; set; } = "";

    /// <summary>As text.</summary>
    public string Command { get; set; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; set; }

    /// <summary>Ports.</summary>
    public IReadOnlyList<Port> Ports { get; set; } = [];

    /// <summary>Bytes written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SizeRw { get; set; }

    /// <summary>Bytes in all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SizeRootFs { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>State.</summary>
    public string State { get; set; } = "";

    /// <summary>As text.</summary>
    public string Status { get; set; } = "";

    /// <summary>Part of the host's configuration.</summary>
    public SummaryHostConfig? HostConfig { get; set; }

    /// <summary>Networks.</summary>
    public SummaryNetworkSettings? NetworkSettings { get; set; }

    /// <summary>Mounts.</summary>
    public IReadOnlyList<MountPoint> Mounts { get; set; } = [];
}
