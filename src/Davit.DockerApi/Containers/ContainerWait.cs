using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Answer to <c>wait</c>.</summary>
public sealed record ContainerWait
{
    /// <summary>Exit code.</summary>
    public long StatusCode { get; set; }

    /// <summary>Why waiting failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WaitError? Error { get; set; }
}
