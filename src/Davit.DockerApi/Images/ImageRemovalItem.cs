using System.Text.Json.Serialization;

namespace Davit.DockerApi.Images;

/// <summary>A line of a removal.</summary>
public sealed record ImageRemovalItem
{
    /// <summary>Name that went.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Untagged { get; set; }

    /// <summary>Id that went.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleted { get; set; }
}
