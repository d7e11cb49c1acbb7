namespace Davit.Dockerfile.Syntax;

/// <summary>An instruction as it stands in the file, not yet understood.</summary>
internal sealed record SyntaxNode
{
    /// <summary>The keyword as written.</summary>
    public required string Keyword { get; init; }

    /// <summary>Words <c>--flag[=value]</c> right after the keyword.</summary>
    public required IReadOnlyList<string> Flags { get; init; }

    /// <summary>Everything after the flags, continuations joined.</summary>
    public required string Rest { get; init; }

    /// <summary>The instruction as written, continuations joined, without here-documents.</summary>
    public required string Original { get; init; }

    public required LineRange Range { get; init; }

    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];
}
