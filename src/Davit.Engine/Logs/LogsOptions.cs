namespace Davit.Engine.Logs;

/// <summary>Which part of a container's log, and in which form.</summary>
public sealed record LogsOptions
{
    /// <summary>Include stdout.</summary>
    public bool Stdout { get; init; }

    /// <summary>Include stderr.</summary>
    public bool Stderr { get; init; }

    /// <summary>Go on with what comes.</summary>
    public bool Follow { get; init; }

    /// <summary>Put the time before each line.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Put the attributes of <c>--log-opt labels= env=</c> before each line.</summary>
    public bool Details { get; init; }

    /// <summary>Only the last lines; negative for all.</summary>
    public long Tail { get; init; } = -1;

    /// <summary>Nothing earlier.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Nothing later.</summary>
    public DateTimeOffset? Until { get; init; }
}
