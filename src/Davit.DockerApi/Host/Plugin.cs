namespace Davit.DockerApi.Host;

/// <summary>A plug-in; there are none.</summary>
public sealed record Plugin
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>On.</summary>
    public bool Enabled { get; set; }
}
