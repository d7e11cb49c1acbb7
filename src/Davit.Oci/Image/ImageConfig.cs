using System.Text.Json.Serialization;

namespace Davit.Oci.Image;

/// <summary>The configuration of an image: how to run it, and its layers uncompressed (image-spec, config.md), with Docker's additions.</summary>
public sealed record ImageConfig
{
    /// <summary>When the image was made, RFC 3339, or null.</summary>
    [JsonPropertyName("created")]
    public DateTimeOffset? Created { get; init; }

    /// <summary>Who made it, or null.</summary>
    [JsonPropertyName("author")]
    public string? Author { get; init; }

    /// <summary>Architecture.</summary>
    [JsonPropertyName("architecture")]
    public string Architecture { get; init; } = "";

    /// <summary>Operating system.</summary>
    [JsonPropertyName("os")]
    public string Os { get; init; } = "";

    /// <summary>Version of the operating system, or null.</summary>
    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    /// <summary>Variant of the architecture, or null.</summary>
    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    /// <summary>Docker's commit message, or null.</summary>
    [JsonPropertyName("comment")]
    public string? Comment { get; init; }

    /// <summary>Defaults for containers of the image.</summary>
    [JsonPropertyName("config")]
    public ImageRunConfig Config { get; init; } = new();

    /// <summary>Layers by the digest of their uncompressed tar, base first.</summary>
    [JsonPropertyName("rootfs")]
    public ImageRootFs RootFs { get; init; } = new();

    /// <summary>How each layer came to be, base first.</summary>
    [JsonPropertyName("history")]
    public IReadOnlyList<ImageHistory> History { get; init; } = [];
}

/// <summary>The layers of an image.</summary>
public sealed record ImageRootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init; } = "layers";

    /// <summary>Digests of the uncompressed layers, base first.</summary>
    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<Digest> DiffIds { get; init; } = [];
}

/// <summary>One step of an image's history.</summary>
public sealed record ImageHistory
{
    /// <summary>When, or null.</summary>
    [JsonPropertyName("created")]
    public DateTimeOffset? Created { get; init; }

    /// <summary>The command, or null.</summary>
    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    /// <summary>Author, or null.</summary>
    [JsonPropertyName("author")]
    public string? Author { get; init; }

    /// <summary>Comment, or null.</summary>
    [JsonPropertyName("comment")]
    public string? Comment { get; init; }

    /// <summary>True when the step made no layer.</summary>
    [JsonPropertyName("empty_layer")]
    public bool EmptyLayer { get; init; }
}
