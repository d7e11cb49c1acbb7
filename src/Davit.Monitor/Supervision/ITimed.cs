namespace Davit.Monitor.Supervision;

/// <summary>Something with a deadline that the event loop keeps.</summary>
internal interface ITimed
{
    /// <summary>When to call, in <see cref="Kernel.Sys.Milliseconds"/>; <see cref="long.MaxValue"/> for never.</summary>
    long Deadline { get; }

    /// <summary>The deadline has passed.</summary>
    void Expired(long now);
}
