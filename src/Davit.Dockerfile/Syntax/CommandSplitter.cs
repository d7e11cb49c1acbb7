using System.Text;

namespace Davit.Dockerfile.Syntax;

/// <summary>Splits a logical line into keyword, flags and the rest.</summary>
internal static class CommandSplitter
{
    public static (string Keyword, IReadOnlyList<string> Flags, string Arguments) Split(string line, char escape)
    {
        var trimmed = line.Trim();
        var end = 0;
        while (end < trimmed.Length && !char.IsWhiteSpace(trimmed[end])) end++;
        var rest = trimmed[end..].Trim();
        var flags = new List<string>();
        var position = TakeFlags(rest, escape, flags);
        return (trimmed[..end], flags, rest[position..].TrimStart());
    }

    /// <summary>Reads flags until a word that is none, or until <c>--</c>.</summary>
    /// <returns>Where the rest begins.</returns>
    private static int TakeFlags(string text, char escape, List<string> flags)
    {
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            if (!text.AsSpan(at).StartsWith("--")) return at;
            var (word, next) = TakeWord(text, at, escape);
            if (word == "--") return next;
            flags.Add(word);
            at = next;
        }
    }

    private static (string Word, int Next) TakeWord(string text, int start, char escape)
    {
        var word = new StringBuilder();
        var quote = '\0';
        var at = start;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c)) break;
            if (c == escape && quote != '\'' && at + 1 < text.Length)
            {
                word.Append(text[++at]);
            }
            else if (quote == '\0' && (c is '"' or '\''))
            {
                quote = c;
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else
            {
                word.Append(c);
            }
        }

        return (word.ToString(), at);
    }
}
