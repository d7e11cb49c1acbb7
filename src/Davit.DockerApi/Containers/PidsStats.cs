using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Processes.</summary>
public sealed record PidsStats
{
    /// <summary>Now.</summary>
    [JsonPropertyName("current"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Current { get; set; }

    /// <summary>Limit.</summary>
    [JsonPropertyName("limit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Limit { get; set; }
}
