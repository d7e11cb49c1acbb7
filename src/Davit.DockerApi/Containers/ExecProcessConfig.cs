using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>The process of an exec.</summary>
public sealed record ExecProcessConfig
{
    /// <summary>A terminal.</summary>
    [JsonPropertyName("tty")]
    public bool Tty { get; set; }

    /// <summary>Program.</summary>
    [JsonPropertyName("entrypoint")]
    public string Entrypoint { get; set; } = "";

    /// <summary>Arguments.</summary>
    [JsonPropertyName("arguments")]
    public IReadOnlyList<string> Arguments { get; set; } = [];

    /// <summary>All capabilities.</summary>
    [JsonPropertyName("privileged"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Privileged { get; set; }

    /// <summary>User and group.</summary>
    [JsonPropertyName("user"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; set; }
}
