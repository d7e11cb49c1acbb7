namespace Davit.Engine.Containers.Model;

/// <summary>What a container does, or how it ended.</summary>
internal sealed record StateModel
{
    public bool Running { get; init; }

    public bool Paused { get; init; }

    /// <summary>Ended, and will be started again by its restart policy.</summary>
    public bool Restarting { get; init; }

    public bool RemovalInProgress { get; init; }

    /// <summary>A removal failed half-way; it can only be removed.</summary>
    public bool Dead { get; init; }

    public bool OomKilled { get; init; }

    public int Pid { get; init; }

    public int ExitCode { get; init; }

    public string Error { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>Ended by stop, kill or rm: <c>unless-stopped</c> leaves it so.</summary>
    public bool StoppedByUser { get; init; }

    /// <summary>Starts by the restart policy since the user's own.</summary>
    public int RestartCount { get; init; }

    public HealthModel? Health { get; init; }

    /// <summary>Docker's word for the state.</summary>
    public string Status =>
        Running ? Paused ? "paused" : Restarting ? "restarting" : "running"
        : Restarting ? "restarting"
        : RemovalInProgress ? "removing"
        : Dead ? "dead"
        : StartedAt == default ? "created"
        : "exited";

    /// <summary>True for <c>running</c>, <c>paused</c>, and between two starts by the restart policy.</summary>
    public bool IsActive => Running || Restarting;
}
