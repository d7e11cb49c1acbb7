namespace Davit.DockerApi.Containers;

/// <summary>A published port.</summary>
public sealed record PortBinding
{
    /// <summary>Address, empty for all.</summary>
    public string HostIp { get; set; } = "";

    /// <summary>Port or range, empty for a free one.</summary>
    public string HostPort { get; set; } = "";
}
