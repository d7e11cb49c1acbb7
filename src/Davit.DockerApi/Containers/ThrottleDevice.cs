namespace Davit.DockerApi.Containers;

/// <summary>Limit of a block device.</summary>
public sealed record ThrottleDevice
{
    /// <summary>Path.</summary>
    public string Path { get; set; } = "";

    /// <summary>Bytes or operations a second.</summary>
    public long Rate { get; set; }
}
