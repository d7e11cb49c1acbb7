using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>State of a container.</summary>
public sealed record ContainerState
{
    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c>, <c>dead</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary>Also true when paused.</summary>
    public bool Running { get; set; }

    /// <summary>Frozen.</summary>
    public bool Paused { get; set; }

    /// <summary>Waits for its restart.</summary>
    public bool Restarting { get; set; }

    /// <summary>The kernel killed a process of it for want of memory.</summary>
    public bool OOMKilled { get; set; }

    /// <summary>Half removed.</summary>
    public bool Dead { get; set; }

    /// <summary>Process id on the host.</summary>
    public int Pid { get; set; }

    /// <summary>Exit code.</summary>
    public int ExitCode { get; set; }

    /// <summary>Why it could not start.</summary>
    public string Error { get; set; } = "";

    /// <summary>When.</summary>
    public string StartedAt { get; set; } = "0001-01-01T00:00:00Z";

    /// <summary>When.</summary>
    public string FinishedAt { get; set; } = "0001-01-01T00:00:00Z";

    /// <summary>State of health.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Health? Health { get; set; }
}
