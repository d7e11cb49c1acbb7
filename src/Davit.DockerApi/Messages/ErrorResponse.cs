using System.Text.Json.Serialization;

namespace Davit.DockerApi.Messages;

/// <summary>The body of every error.</summary>
public sealed record ErrorResponse
{
    /// <summary>What is wrong.</summary>
    [JsonPropertyName("message")]
    public string Message { get; set; } = "";
}
