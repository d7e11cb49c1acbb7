using System.Text.Json.Serialization;

namespace Davit.DockerApi.Host;

/// <summary>Answer to <c>GET /version</c>.</summary>
public sealed record SystemVersion
{
    /// <summary>The product.</summary>
    public PlatformName? Platform { get; set; }

    /// <summary>Parts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ComponentVersion>? Components { get; set; }

    /// <summary>Version.</summary>
    public string Version { get; set; } = "";

    /// <summary>Highest API version.</summary>
    public string ApiVersion { get; set; } = "";

    /// <summary>Lowest API version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MinAPIVersion { get; set; }

    /// <summary>Commit.</summary>
    public string GitCommit { get; set; } = "";

    /// <summary>Language run-time.</summary>
    public string GoVersion { get; set; } = "";

    /// <summary>Operating system.</summary>
    public string Os { get; set; } = "";

    /// <summary>Architecture.</summary>
    public string Arch { get; set; } = "";

    /// <summary>Kernel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KernelVersion { get; set; }

    /// <summary>Never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Experimental { get; set; }

    /// <summary>When it was built.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BuildTime { get; set; }
}
