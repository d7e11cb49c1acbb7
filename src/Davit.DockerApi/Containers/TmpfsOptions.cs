using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Options of a tmpfs.</summary>
public sealed record TmpfsOptions
{
    /// <summary>Size.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SizeBytes { get; set; }

    /// <summary>Mode bits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Mode { get; set; }

    /// <summary>Further mount options, one or two words each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<string>>? Options { get; set; }
}
