namespace Davit.Engine.Logs.Drivers;

/// <summary>What is done when a server can't be reached.</summary>
internal sealed record RetryRule
{
    private const double Growth = 1.5;

    /// <summary>Tries after which what can't be delivered is given up; null tries for as long as the lines are in the log.</summary>
    public int? Attempts { get; init; }

    /// <summary>Wait after the first failure.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether each further wait is longer by half.</summary>
    public bool Grows { get; init; } = true;

    /// <summary>Longest wait.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wait after so many failures in a row, counted from 1.</summary>
    public TimeSpan WaitAfter(int failures)
    {
        if (!Grows || FirstWait >= LongestWait) return FirstWait;
        var wait = FirstWait * Math.Pow(Growth, Math.Min(failures - 1, 50));
        return wait < LongestWait ? wait : LongestWait;
    }
}
