namespace Davit.DockerApi.Host;

/// <summary>The product.</summary>
public sealed record PlatformName
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";
}
