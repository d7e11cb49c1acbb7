using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Part of the summary.</summary>
public sealed record SummaryHostConfig
{
    /// <summary>First network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NetworkMode { get; set; }

    /// <summary>Annotations.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
