using System.Text.Json.Serialization;

namespace Davit.Oci.Image;

/// <summary>Defaults for containers of an image (image-spec, config.md, "config"), with Docker's additions. Keys are PascalCase on the wire.</summary>
public sealed record ImageRunConfig
{
    /// <summary>User, <c>name|uid[:group|gid]</c>, or null.</summary>
    [JsonPropertyName("User")]
    public string? User { get; init; }

    /// <summary>Ports that the image listens on, for example <c>80/tcp</c>; or null.</summary>
    [JsonPropertyName("ExposedPorts")]
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary>Environment, <c>KEY=value</c>, or null.</summary>
    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>What always runs, or null.</summary>
    [JsonPropertyName("Entrypoint")]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Default arguments, or null.</summary>
    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>Paths that get a volume, or null.</summary>
    [JsonPropertyName("Volumes")]
    public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; init; }

    /// <summary>Working directory, or null.</summary>
    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }

    /// <summary>Labels, or null.</summary>
    [JsonPropertyName("Labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Signal that asks the container to end, or null for SIGTERM.</summary>
    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }

    /// <summary>Docker: health check, or null.</summary>
    [JsonPropertyName("Healthcheck")]
    public ImageHealthcheck? Healthcheck { get; init; }

    /// <summary>Docker: shell of shell-form instructions, or null.</summary>
    [JsonPropertyName("Shell")]
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>Docker: instructions for builds on this image, or null.</summary>
    [JsonPropertyName("OnBuild")]
    public IReadOnlyList<string>? OnBuild { get; init; }

    /// <summary>Docker: true when Cmd was given in shell form (Windows only on the wire).</summary>
    [JsonPropertyName("ArgsEscaped")]
    public bool? ArgsEscaped { get; init; }
}

/// <summary>The JSON object <c>{}</c>, as sets are written.</summary>
public sealed record EmptyObject;

/// <summary>Docker's health check in an image; durations are nanoseconds, 0 means inherit.</summary>
public sealed record ImageHealthcheck
{
    /// <summary><c>["NONE"]</c>, <c>["CMD", …]</c> or <c>["CMD-SHELL", line]</c>.</summary>
    [JsonPropertyName("Test")]
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>Between two checks.</summary>
    [JsonPropertyName("Interval")]
    public long? Interval { get; init; }

    /// <summary>Limit of one check.</summary>
    [JsonPropertyName("Timeout")]
    public long? Timeout { get; init; }

    /// <summary>Grace at the start.</summary>
    [JsonPropertyName("StartPeriod")]
    public long? StartPeriod { get; init; }

    /// <summary>Between two checks during the grace.</summary>
    [JsonPropertyName("StartInterval")]
    public long? StartInterval { get; init; }

    /// <summary>Failures in a row that mean unhealthy.</summary>
    [JsonPropertyName("Retries")]
    public int? Retries { get; init; }
}
