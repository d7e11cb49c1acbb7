using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>What runs in the container, independent of the host.</summary>
public record ContainerConfig
{
    /// <summary>Host name.</summary>
    public string Hostname { get; set; } = "";

    /// <summary>Domain name.</summary>
    public string Domainname { get; set; } = "";

    /// <summary>User and group, by name or number.</summary>
    public string User { get; set; } = "";

    /// <summary>The client that creates it attaches to stdin.</summary>
    public bool AttachStdin { get; set; }

    /// <summary>The client that creates it attaches to stdout.</summary>
    public bool AttachStdout { get; set; }

    /// <summary>The client that creates it attaches to stderr.</summary>
    public bool AttachStderr { get; set; }

    /// <summary>Ports, <c>80/tcp</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; set; }

    /// <summary>A terminal.</summary>
    public bool Tty { get; set; }

    /// <summary>Stdin stays open without an attachment.</summary>
    public bool OpenStdin { get; set; }

    /// <summary>Stdin closes after the first attachment.</summary>
    public bool StdinOnce { get; set; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; set; }

    /// <summary>Arguments, or the command.</summary>
    public StringList? Cmd { get; set; }

    /// <summary>Health check.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthConfig? Healthcheck { get; set; }

    /// <summary>Windows only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; set; }

    /// <summary>As the user named it.</summary>
    public string Image { get; set; } = "";

    /// <summary>Paths of anonymous volumes.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; set; }

    /// <summary>Working directory.</summary>
    public string WorkingDir { get; set; } = "";

    /// <summary>Entry point; <c>[""]</c> resets the image's.</summary>
    public StringList? Entrypoint { get; set; }

    /// <summary>No network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NetworkDisabled { get; set; }

    /// <summary>Of the first network; kept for old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MacAddress { get; set; }

    /// <summary>Triggers.</summary>
    public IReadOnlyList<string>? OnBuild { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Signal that stops it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopSignal { get; set; }

    /// <summary>Seconds until it is killed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StopTimeout { get; set; }

    /// <summary>Shell for the shell form.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StringList? Shell { get; set; }
}
