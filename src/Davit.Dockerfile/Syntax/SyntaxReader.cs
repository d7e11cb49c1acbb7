using System.Text;

namespace Davit.Dockerfile.Syntax;

/// <summary>Joins physical lines into instructions: comments, continuations, here-documents.</summary>
internal sealed class SyntaxReader(SourceText source, Directives directives)
{
    private readonly List<string> _warnings = [];
    private int _line;

    /// <summary>What deserves a warning, in BuildKit's words.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public List<SyntaxNode> ReadAll()
    {
        var nodes = new List<SyntaxNode>();
        while (_line < source.LineCount)
        {
            var text = Next();
            if (IsComment(text) || string.IsNullOrWhiteSpace(text)) continue;
            var start = _line;
            var logical = JoinContinuations(text.TrimStart(), start);
            if (logical.Trim().Length == 0) continue;
            nodes.Add(ReadNode(logical, start));
        }

        if (nodes.Count == 0) throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, "file with no instructions", "a Dockerfile needs at least a FROM instruction");
        return nodes;
    }

    private string Next()
    {
        var text = source[++_line];
        if (text.Length > SourceText.MaxLineBytes)
        {
            throw DockerfileError.Syntax(source, new LineRange(_line, _line), $"dockerfile line greater than max allowed size of {SourceText.MaxLineBytes}");
        }

        return text;
    }

    private string JoinContinuations(string first, int start)
    {
        var logical = new StringBuilder();
        var emptyAt = 0;
        var text = first;
        while (true)
        {
            var continues = TryTrimContinuation(text, out var trimmed);
            logical.Append(trimmed);
            if (!continues) break;
            do
            {
                if (_line >= source.LineCount) return Finish();
                text = Next();
                if (string.IsNullOrWhiteSpace(text)) emptyAt = _line;
            }
            while (IsComment(text) || string.IsNullOrWhiteSpace(text));
        }

        return Finish();

        string Finish()
        {
            if (emptyAt > 0) _warnings.Add($"Empty continuation line found in:\n    {logical} (line {start})");
            return logical.ToString();
        }
    }

    private bool TryTrimContinuation(string text, out string trimmed)
    {
        var end = text.Length;
        while (end > 0 && (text[end - 1] is ' ' or '\t')) end--;
        var continues = end > 0 && text[end - 1] == directives.Escape;
        trimmed = continues ? text[..(end - 1)] : text;
        return continues;
    }

    private SyntaxNode ReadNode(string logical, int start)
    {
        var (keyword, flags, rest) = CommandSplitter.Split(logical, directives.Escape);
        var heredocs = TakesHeredocs(keyword, rest) ? ReadHeredocs(rest, start) : [];
        return new SyntaxNode
        {
            Keyword = keyword,
            Flags = flags,
            Rest = rest,
            Original = logical.Trim(),
            Heredocs = heredocs,
            Range = new LineRange(start, _line),
        };
    }

    private bool TakesHeredocs(string keyword, string rest)
    {
        if (!rest.Contains("<<", StringComparison.Ordinal)) return false;
        switch (keyword.ToUpperInvariant())
        {
            case "RUN" or "COPY" or "ADD":
                return !Words.TryJson(rest, out _, out _);
            case "ONBUILD":
                var (inner, _, innerRest) = CommandSplitter.Split(rest, directives.Escape);
                return !inner.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase) && TakesHeredocs(inner, innerRest);
            default:
                return false;
        }
    }

    private List<Heredoc> ReadHeredocs(string rest, int start)
    {
        var result = new List<Heredoc>();
        foreach (var word in Words.Quoted(rest, directives.Escape))
        {
            if (Heredoc.TryParseOpening(word) is not { } opening) continue;
            var content = new StringBuilder();
            while (true)
            {
                if (_line >= source.LineCount) throw DockerfileError.Syntax(source, new LineRange(start, start), "unterminated heredoc", word);
                var text = Next();
                if ((opening.Chomp ? text.TrimStart('\t') : text) == opening.Name) break;
                content.Append(text).Append('\n');
            }

            result.Add(opening with { Content = content.ToString() });
        }

        return result;
    }

    private static bool IsComment(string text) => text.AsSpan().TrimStart().StartsWith("#");
}
