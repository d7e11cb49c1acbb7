using System.Text;

namespace Davit.Cli.Help;

/// <summary>Breaks text into a column, at the places where docker's help breaks it.</summary>
internal static class Paragraph
{
    private const int Narrowest = 24;

    /// <summary>A last line may be this much too long, so that no short word stands alone.</summary>
    private const int Slack = 5;

    /// <summary>The text with line ends and indents put in; the first line stands where the caller is.</summary>
    /// <param name="text">Text; its own line ends are kept.</param>
    /// <param name="indent">Column in which lines begin.</param>
    /// <param name="width">Width of the page.</param>
    internal static string Wrap(string text, int indent, int width)
    {
        var room = width - indent;
        var result = new StringBuilder();
        if (room < Narrowest)
        {
            // too narrow beside the flag: a block below it
            indent = 16;
            room = width - indent;
            result.Append('\n').Append(' ', indent);
            if (room < Narrowest) return text;
        }

        room -= Slack;
        var rest = text;
        while (true)
        {
            (var line, rest) = Break(rest, room);
            result.Append(line.Replace("\n", "\n" + new string(' ', indent), StringComparison.Ordinal));
            if (rest.Length == 0) return result.ToString();
            result.Append('\n').Append(' ', indent);
        }
    }

    private static (string Line, string Remainder) Break(string text, int room)
    {
        if (room + Slack > text.Length) return (text, "");
        var head = text.AsSpan(0, room);
        var space = head.LastIndexOfAny(" \t\n");
        if (space <= 0) return (text, "");
        var end = head.LastIndexOf('\n');
        var at = end > 0 && end < space ? end : space;
        return (text[..at], text[(at + 1)..]);
    }
}
