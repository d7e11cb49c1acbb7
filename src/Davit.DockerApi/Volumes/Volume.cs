using System.Text.Json.Serialization;

namespace Davit.DockerApi.Volumes;

/// <summary>A volume.</summary>
public sealed record Volume
{
    /// <summary>When.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CreatedAt { get; set; }

    /// <summary>Driver.</summary>
    public string Driver { get; set; } = "local";

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Path on the host.</summary>
    public string Mountpoint { get; set; } = "";

    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Options of the driver.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; set; }

    /// <summary><c>local</c>.</summary>
    public string Scope { get; set; } = "local";

    /// <summary>Size, in <c>system df</c> only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeUsage? UsageData { get; set; }
}
