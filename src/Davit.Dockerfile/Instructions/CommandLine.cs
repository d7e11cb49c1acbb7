using Davit.Dockerfile.Syntax;

namespace Davit.Dockerfile.Instructions;

/// <summary>Arguments of RUN, CMD, ENTRYPOINT: a JSON array (exec form) or a line for the shell.</summary>
/// <param name="Words">The array, or the whole line as one word.</param>
/// <param name="IsExec">True for the exec form.</param>
/// <param name="Heredocs">Here-documents of the line.</param>
public sealed record CommandLine(IReadOnlyList<string> Words, bool IsExec, IReadOnlyList<Heredoc> Heredocs);
