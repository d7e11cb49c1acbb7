using System.Text.Json.Serialization;

namespace Davit.DockerApi.Messages;

/// <summary>A measure of progress.</summary>
public sealed record ProgressDetail
{
    /// <summary>Done.</summary>
    [JsonPropertyName("current"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Current { get; set; }

    /// <summary>In all.</summary>
    [JsonPropertyName("total"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Total { get; set; }

    /// <summary>Only a bar.</summary>
    [JsonPropertyName("hidecounts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HideCounts { get; set; }

    /// <summary>Other than bytes.</summary>
    [JsonPropertyName("units"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Units { get; set; }
}
