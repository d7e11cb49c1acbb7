using System.Text.Json.Serialization;

namespace Davit.DockerApi.Host;

/// <summary>An OCI runtime.</summary>
public sealed record RuntimeInfo
{
    /// <summary>Program.</summary>
    [JsonPropertyName("path"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; set; }

    /// <summary>Arguments.</summary>
    [JsonPropertyName("runtimeArgs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? RuntimeArgs { get; set; }

    /// <summary>What it says of itself.</summary>
    [JsonPropertyName("status"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Status { get; set; }
}
