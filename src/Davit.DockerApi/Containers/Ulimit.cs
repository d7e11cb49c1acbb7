namespace Davit.DockerApi.Containers;

/// <summary>A resource limit.</summary>
public sealed record Ulimit
{
    /// <summary><c>nofile</c> …</summary>
    public string Name { get; set; } = "";

    /// <summary>Hard limit, -1 for none.</summary>
    public long Hard { get; set; }

    /// <summary>Soft limit, -1 for none.</summary>
    public long Soft { get; set; }
}
