namespace Davit.Monitor.Logs;

/// <summary>Which records of a log are wanted.</summary>
public sealed record LogQuery
{
    /// <summary>Records at or after this time, nanoseconds since the epoch; 0 for all.</summary>
    public long SinceNanoseconds { get; init; }

    /// <summary>Records at or before this time, nanoseconds since the epoch; 0 for no end.</summary>
    public long UntilNanoseconds { get; init; }

    /// <summary>Only the last so many records, counted before the other conditions as Docker counts; negative for all.</summary>
    public long Tail { get; init; } = -1;

    /// <summary>Begin at this place and not before; when its segment is gone, at the oldest that is left. Null for the conditions above.</summary>
    public LogPosition? From { get; init; }

    /// <summary>Wait for more at the end, until <see cref="FollowUntil"/> is done and everything is read.</summary>
    public bool Follow { get; init; }

    /// <summary>The end of the writer, usually <c>IRunningContainer.Exited</c>; null follows until cancelled.</summary>
    public Task? FollowUntil { get; init; }

    /// <summary>Include stdout.</summary>
    public bool Stdout { get; init; } = true;

    /// <summary>Include stderr.</summary>
    public bool Stderr { get; init; } = true;
}
