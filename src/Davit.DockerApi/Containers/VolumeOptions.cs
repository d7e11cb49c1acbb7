using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Options of a volume mount.</summary>
public sealed record VolumeOptions
{
    /// <summary>Don't copy the image's content.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NoCopy { get; set; }

    /// <summary>Labels of a new volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Directory in the volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subpath { get; set; }

    /// <summary>Driver of a new volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeDriverConfig? DriverConfig { get; set; }
}
