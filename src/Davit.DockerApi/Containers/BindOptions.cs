using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Options of a bind mount.</summary>
public sealed record BindOptions
{
    /// <summary><c>rprivate</c> …</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Propagation { get; set; }

    /// <summary>Not the mounts below.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NonRecursive { get; set; }

    /// <summary>Make a missing source.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CreateMountpoint { get; set; }

    /// <summary>Mounts below stay writable.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReadOnlyNonRecursive { get; set; }

    /// <summary>Fail when mounts below can't be read-only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReadOnlyForceRecursive { get; set; }
}
