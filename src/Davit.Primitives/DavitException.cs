namespace Davit.Primitives;

/// <summary>The one error type that crosses layers: what failed, of which kind, and what to do next.</summary>
/// <param name="kind">Decides the HTTP status, gRPC status and exit code.</param>
/// <param name="message">Docker's text where Docker has one, else lower case with the value and the reason, no full stop.</param>
/// <param name="hint">What the user can do next, or null.</param>
/// <param name="inner">The cause.</param>
public sealed class DavitException(ErrorKind kind, string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>What the user can do next, or null.</summary>
    public string? Hint { get; } = hint;
}
