namespace Davit.DockerApi.Containers;

/// <summary>Log driver.</summary>
public sealed record LogConfig
{
    /// <summary>Name.</summary>
    public string Type { get; set; } = "";

    /// <summary>Options.</summary>
    public IReadOnlyDictionary<string, string>? Config { get; set; }
}
