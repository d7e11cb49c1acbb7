namespace Davit.Dockerfile.Syntax;

/// <summary>Parser directives of the first lines: <c># syntax=</c>, <c># escape=</c>, <c># check=</c>.</summary>
public sealed record Directives
{
    /// <summary>The escape character, <c>\</c> or a backtick.</summary>
    public char Escape { get; init; } = '\\';

    /// <summary>The front end that the file asks for, or null. Ours is built in and speaks that language.</summary>
    public string? Syntax { get; init; }

    /// <summary>Rules of lint to skip or to take as errors, or null.</summary>
    public string? Check { get; init; }
}
