using System.Text.Json.Serialization;

namespace Davit.DockerApi.Host;

/// <summary>A part of the platform.</summary>
public sealed record ComponentVersion
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Version.</summary>
    public string Version { get; set; } = "";

    /// <summary>Details.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Details { get; set; }
}
