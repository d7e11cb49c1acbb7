using System.Text.Json.Serialization;
using Davit.DockerApi.Containers;

namespace Davit.DockerApi.Images;

/// <summary>What a container of the image runs, in the order and with the fields that the API shows.</summary>
public sealed record ImageConfigView
{
    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hostname { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Domainname { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AttachStdin { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AttachStdout { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AttachStderr { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Tty { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? OpenStdin { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? StdinOnce { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Image { get; set; }

    /// <summary>Windows only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; set; }

    /// <summary>Arguments, or the command.</summary>
    public IReadOnlyList<string>? Cmd { get; set; }

    /// <summary>Entry point.</summary>
    public IReadOnlyList<string>? Entrypoint { get; set; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; set; }

    /// <summary>Ports.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; set; }

    /// <summary>Health check.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthConfig? Healthcheck { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Triggers.</summary>
    public IReadOnlyList<string>? OnBuild { get; set; }

    /// <summary>Shell for the shell form.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Shell { get; set; }

    /// <summary>Signal that stops it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopSignal { get; set; }

    /// <summary>User and group.</summary>
    public string User { get; set; } = "";

    /// <summary>Paths of anonymous volumes.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; set; }

    /// <summary>Working directory.</summary>
    public string WorkingDir { get; set; } = "";
}
