using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Body of exec's creation.</summary>
public sealed record ExecCreateRequest
{
    /// <summary>User and group.</summary>
    public string User { get; set; } = "";

    /// <summary>All capabilities.</summary>
    public bool Privileged { get; set; }

    /// <summary>A terminal.</summary>
    public bool Tty { get; set; }

    /// <summary>Height and width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? ConsoleSize { get; set; }

    /// <summary>Stdin.</summary>
    public bool AttachStdin { get; set; }

    /// <summary>Stderr.</summary>
    public bool AttachStderr { get; set; }

    /// <summary>Stdout.</summary>
    public bool AttachStdout { get; set; }

    /// <summary>Don't attach.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Detach { get; set; }

    /// <summary>Key sequence.</summary>
    public string DetachKeys { get; set; } = "";

    /// <summary>Environment.</summary>
    public IReadOnlyList<string>? Env { get; set; }

    /// <summary>Working directory.</summary>
    public string WorkingDir { get; set; } = "";

    /// <summary>Command.</summary>
    public StringList? Cmd { get; set; }
}
