namespace Davit.Images;

/// <summary>Limits of the image service.</summary>
public sealed record ImageOptions
{
    /// <summary>Layers that download at the same time, over all pulls (dockerd's <c>max-concurrent-downloads</c>).</summary>
    public int ConcurrentDownloads { get; init; } = 3;

    /// <summary>Layers that are sent at the same time, over all pushes (dockerd's <c>max-concurrent-uploads</c>).</summary>
    public int ConcurrentUploads { get; init; } = 5;

    /// <summary>Layers that unpack at the same time.</summary>
    public int ConcurrentUnpacks { get; init; } = Math.Max(2, Environment.ProcessorCount);
}
