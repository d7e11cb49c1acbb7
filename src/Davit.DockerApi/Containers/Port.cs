using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>A port in a list.</summary>
public sealed record Port
{
    /// <summary>Address of the host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IP { get; set; }

    /// <summary>In the container.</summary>
    public int PrivatePort { get; set; }

    /// <summary>On the host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int PublicPort { get; set; }

    /// <summary>Protocol.</summary>
    public string Type { get; set; } = "";
}
