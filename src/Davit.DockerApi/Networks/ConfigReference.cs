namespace Davit.DockerApi.Networks;

/// <summary>Network whose configuration is used.</summary>
public sealed record ConfigReference
{
    /// <summary>Name.</summary>
    public string Network { get; set; } = "";
}
