namespace Davit.Engine.Attach;

/// <summary>What a client attaches to.</summary>
public sealed record AttachOptions
{
    /// <summary>What was logged so far comes first.</summary>
    public bool Logs { get; init; }

    /// <summary>What flows from now on.</summary>
    public bool Stream { get; init; }

    /// <summary>Write to its input.</summary>
    public bool Stdin { get; init; }

    /// <summary>Read its output.</summary>
    public bool Stdout { get; init; }

    /// <summary>Read its errors.</summary>
    public bool Stderr { get; init; }

    /// <summary>Keys that detach, as <c>ctrl-p,ctrl-q</c>; null or empty for these.</summary>
    public string? DetachKeys { get; init; }
}
