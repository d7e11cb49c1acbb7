using System.Text.Json.Serialization;

namespace Davit.DockerApi.Images;

/// <summary>A line of <c>GET /images/json</c>.</summary>
public sealed record ImageSummary
{
    /// <summary>How many use it; -1 when not counted.</summary>
    public long Containers { get; set; } = -1;

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; set; }

    /// <summary>Image id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Image it was made from.</summary>
    public string ParentId { get; set; } = "";

    /// <summary>Names by digest.</summary>
    public IReadOnlyList<string>? RepoDigests { get; set; }

    /// <summary>Names.</summary>
    public IReadOnlyList<string>? RepoTags { get; set; }

    /// <summary>Bytes shared with others; -1 when not counted.</summary>
    public long SharedSize { get; set; } = -1;

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? VirtualSize { get; set; }
}
