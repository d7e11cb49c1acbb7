using System.Text.Json.Serialization;

namespace Davit.DockerApi.Events;

/// <summary>An event.</summary>
public sealed record EventMessage
{
    /// <summary>Deprecated: the action, for containers and images.</summary>
    [JsonPropertyName("status"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; set; }

    /// <summary>Deprecated: the id, for containers and images.</summary>
    [JsonPropertyName("id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; set; }

    /// <summary>Deprecated: the image, for containers.</summary>
    [JsonPropertyName("from"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; set; }

    /// <summary><c>container</c>, <c>image</c>, <c>network</c>, <c>volume</c>, <c>builder</c>, <c>daemon</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary>What happened.</summary>
    public string Action { get; set; } = "";

    /// <summary>What it is about.</summary>
    public EventActor Actor { get; set; } = new();

    /// <summary><c>local</c>.</summary>
    [JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; set; }

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("time"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Time { get; set; }

    /// <summary>Nanoseconds since 1970.</summary>
    [JsonPropertyName("timeNano"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TimeNano { get; set; }
}
