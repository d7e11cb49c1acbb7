using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Body of exec's start.</summary>
public sealed record ExecStartRequest
{
    /// <summary>Don't attach.</summary>
    public bool Detach { get; set; }

    /// <summary>A terminal.</summary>
    public bool Tty { get; set; }

    /// <summary>Height and width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? ConsoleSize { get; set; }
}
