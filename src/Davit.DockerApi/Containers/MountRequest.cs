using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>A mount as <c>--mount</c> asks for it.</summary>
public sealed record MountRequest
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c>, <c>image</c>, <c>npipe</c>, <c>cluster</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary>Volume or path.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; set; }

    /// <summary>Path in the container.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; set; }

    /// <summary>Read-only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReadOnly { get; set; }

    /// <summary>Accepted, without effect on Linux.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Consistency { get; set; }

    /// <summary>For bind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BindOptions? BindOptions { get; set; }

    /// <summary>For volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeOptions? VolumeOptions { get; set; }

    /// <summary>For image.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImageMountOptions? ImageOptions { get; set; }

    /// <summary>For tmpfs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TmpfsOptions? TmpfsOptions { get; set; }

    /// <summary>For cluster volumes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EmptyObject? ClusterOptions { get; set; }
}
