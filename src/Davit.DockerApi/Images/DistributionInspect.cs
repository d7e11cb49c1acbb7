namespace Davit.DockerApi.Images;

/// <summary>Answer to <c>GET /distribution/NAME/json</c>.</summary>
public sealed record DistributionInspect
{
    /// <summary>The manifest.</summary>
    public DescriptorView? Descriptor { get; set; }

    /// <summary>Platforms.</summary>
    public IReadOnlyList<PlatformView>? Platforms { get; set; }
}
