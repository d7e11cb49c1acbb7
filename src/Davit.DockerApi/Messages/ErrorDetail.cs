using System.Text.Json.Serialization;

namespace Davit.DockerApi.Messages;

/// <summary>An error in a stream.</summary>
public sealed record ErrorDetail
{
    /// <summary>Exit code of a build step.</summary>
    [JsonPropertyName("code"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Code { get; set; }

    /// <summary>What is wrong.</summary>
    [JsonPropertyName("message")]
    public string Message { get; set; } = "";
}
