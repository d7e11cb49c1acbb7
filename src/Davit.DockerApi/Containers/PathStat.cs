using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Header <c>X-Docker-Container-Path-Stat</c>, base64 of this.</summary>
public sealed record PathStat
{
    /// <summary>Last part of the path.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Bytes.</summary>
    [JsonPropertyName("size")]
    public long Size { get; set; }

    /// <summary>Go's file mode bits.</summary>
    [JsonPropertyName("mode")]
    public uint Mode { get; set; }

    /// <summary>When changed.</summary>
    [JsonPropertyName("mtime")]
    public string Mtime { get; set; } = "";

    /// <summary>Of a symbolic link.</summary>
    [JsonPropertyName("linkTarget")]
    public string LinkTarget { get; set; } = "";
}
