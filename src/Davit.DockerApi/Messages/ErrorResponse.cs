using System.Text.Json.Serialization;

namespace Davit.DockerApi.Messages;

/// <summary>The body of every error.</summary>
public sealed record ErrorResponse
{
    /// <summary>What is wrong.</summary>
    [JsonPropertyName("message")]
    public string Message { get; set; } = "";

    /// <summary>What to do next; Docker's clients ignore it.</summary>
    [JsonPropertyName("hint"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hint { get; set; }
}
