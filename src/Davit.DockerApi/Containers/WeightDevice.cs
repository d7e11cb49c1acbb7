namespace Davit.DockerApi.Containers;

/// <summary>Weight of a block device.</summary>
public sealed record WeightDevice
{
    /// <summary>Path.</summary>
    public string Path { get; set; } = "";

    /// <summary>10 to 1000.</summary>
    public int Weight { get; set; }
}
