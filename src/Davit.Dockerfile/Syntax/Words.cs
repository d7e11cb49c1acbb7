using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Davit.Dockerfile.Syntax;

/// <summary>The three ways in which instructions split their arguments: shell-like words, plain words, a JSON array.</summary>
internal static partial class Words
{
    /// <summary>Words separated by white space; quotes and escapes protect it and stay in the words.</summary>
    public static List<string> Quoted(string text, char escape)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        var started = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (started) words.Add(word.ToString());
                word.Clear();
                started = false;
                continue;
            }

            started = true;
            if (c == escape && quote != '\'')
            {
                if (i + 1 == text.Length) break;
                word.Append(c).Append(text[++i]);
                continue;
            }

            if (quote == '\0' && (c is '"' or '\'')) quote = c;
            else if (c == quote) quote = '\0';
            word.Append(c);
        }

        if (started && word.Length > 0) words.Add(word.ToString());
        return words;
    }

    /// <summary>Words separated by white space, nothing else.</summary>
    public static string[] Plain(string text) => text.Length == 0 ? [] : WhiteSpace().Split(text.Trim());

    /// <summary>The first word, and everything after the white space that follows it.</summary>
    public static (string First, string? Remainder) Cut(string text)
    {
        var parts = WhiteSpace().Split(text, 2);
        return (parts[0], parts.Length == 2 ? parts[1] : null);
    }

    /// <summary>Reads a JSON array of strings.</summary>
    /// <param name="text">Arguments of an instruction.</param>
    /// <param name="values">The strings.</param>
    /// <param name="notStrings">True when it is an array, but of something else: an error, not shell form.</param>
    public static bool TryJson(string text, out List<string> values, out bool notStrings)
    {
        values = [];
        notStrings = false;
        if (!text.AsSpan().TrimStart().StartsWith("[")) return false;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Array) return false;
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.String)
                {
                    notStrings = true;
                    return false;
                }

                values.Add(element.GetString()!);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex("[\t\v\f\r ]+")]
    private static partial Regex WhiteSpace();
}
