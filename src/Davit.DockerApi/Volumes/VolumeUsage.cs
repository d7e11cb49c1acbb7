namespace Davit.DockerApi.Volumes;

/// <summary>Size of a volume.</summary>
public sealed record VolumeUsage
{
    /// <summary>Containers; -1 when not counted.</summary>
    public long RefCount { get; set; }

    /// <summary>Bytes; -1 when not counted.</summary>
    public long Size { get; set; }
}
