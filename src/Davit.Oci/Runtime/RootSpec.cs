using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>The root file system (config.md, "Root").</summary>
public sealed record RootSpec
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    [JsonRequired]
    public string Path { get; init; } = "";

    /// <summary>Mounted read-only inside.</summary>
    [JsonPropertyName("readonly")]
    public bool Readonly { get; init; }
}
