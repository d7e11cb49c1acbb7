using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Driver of a new volume.</summary>
public sealed record VolumeDriverConfig
{
    /// <summary>Driver.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; set; }

    /// <summary>Options.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Options { get; set; }
}
