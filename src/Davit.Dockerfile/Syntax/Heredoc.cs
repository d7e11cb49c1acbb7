using System.Text;
using System.Text.RegularExpressions;

namespace Davit.Dockerfile.Syntax;

/// <summary>A here-document: <c>&lt;&lt;NAME</c>, and the lines up to NAME.</summary>
/// <param name="Name">The delimiter; in COPY and ADD the name of the file.</param>
/// <param name="Content">Lines as written, each ended by a line feed.</param>
/// <param name="Expand">False when the delimiter is quoted: no variables.</param>
/// <param name="Chomp">True for <c>&lt;&lt;-</c>: leading tabs go.</param>
public sealed partial record Heredoc(string Name, string Content, bool Expand, bool Chomp)
{
    /// <summary>The content as it is meant: without leading tabs for <c>&lt;&lt;-</c>.</summary>
    public string Text => Chomp ? LeadingTabs().Replace(Content, "") : Content;

    /// <summary>Reads a word that opens a here-document, or gives null. Its content is still empty.</summary>
    public static Heredoc? TryParseOpening(string word)
    {
        var match = Opening().Match(word);
        if (!match.Success || match.Groups[1].Value is not ("" or "0")) return null;
        var raw = match.Groups[3].Value;
        if (raw.Length == 0 || raw.Any(char.IsWhiteSpace) && !(raw[0] is '"' or '\'')) return null;
        var name = new StringBuilder();
        var expand = true;
        char quote = '\0';
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else name.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                expand = false;
            }
            else if (c == '\\' && i + 1 < raw.Length)
            {
                name.Append(raw[++i]);
            }
            else
            {
                name.Append(c);
            }
        }

        return quote != '\0' || name.Length == 0 ? null : new Heredoc(name.ToString(), "", expand, match.Groups[2].Value == "-");
    }

    [GeneratedRegex(@"^(\d*)<<(-?)([^<]*)$")]
    private static partial Regex Opening();

    [GeneratedRegex("^\t+", RegexOptions.Multiline)]
    private static partial Regex LeadingTabs();
}
