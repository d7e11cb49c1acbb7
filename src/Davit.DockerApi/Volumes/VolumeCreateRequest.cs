using System.Text.Json.Serialization;

namespace Davit.DockerApi.Volumes;

/// <summary>Body of <c>POST /volumes/create</c>.</summary>
public sealed record VolumeCreateRequest
{
    /// <summary>Swarm only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EmptyObject? ClusterVolumeSpec { get; set; }

    /// <summary>Driver.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Driver { get; set; }

    /// <summary>Options of the driver.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? DriverOpts { get; set; }

    /// <summary>Labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Name; random when empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; set; }
}
