using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Why waiting failed.</summary>
public sealed record WaitError
{
    /// <summary>Text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; set; }
}
