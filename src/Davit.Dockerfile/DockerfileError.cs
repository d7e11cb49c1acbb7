using System.Collections;
using System.Text;
using Davit.Primitives;

namespace Davit.Dockerfile;

/// <summary>Makes errors that show the line of the Dockerfile with a caret under what is at fault.</summary>
public static class DockerfileError
{
    /// <summary>A syntax error, with BuildKit's text: <c>dockerfile parse error on line N: …</c>.</summary>
    /// <param name="source">Where the line is from.</param>
    /// <param name="range">First and last line of the instruction.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="token">The word at fault, to put the caret under; null marks the whole line.</param>
    public static DavitException Syntax(SourceText source, LineRange range, string message, string? token = null) =>
        new(ErrorKind.InvalidArgument, $"dockerfile parse error on line {range.Start}: {message}{Excerpt(source, range, token)}");

    /// <summary>An error found while an instruction was prepared or carried out; kind, hint and data of the cause stay.</summary>
    public static DavitException At(SourceText source, LineRange range, DavitException cause, string? token = null)
    {
        if (cause.Message.Contains("\n      | ", StringComparison.Ordinal)) return cause;
        var error = new DavitException(cause.Kind, cause.Message + Excerpt(source, range, token), cause.Hint, cause);
        foreach (DictionaryEntry item in cause.Data) error.Data[item.Key] = item.Value;
        return error;
    }

    /// <summary>The line at fault with a caret line below it.</summary>
    public static string Excerpt(SourceText source, LineRange range, string? token)
    {
        if (range.Start < 1 || range.Start > source.LineCount) return "";
        var (line, column, length) = Locate(source, range, token);
        var number = line.ToString();
        var text = new StringBuilder();
        var shown = source[line].Replace('\t', ' ');
        if (shown.Length > 200) shown = shown[..200] + "…";
        text.Append('\n').Append(source.Name).Append(':').Append(number);
        text.Append('\n').Append(number.PadLeft(5)).Append(" | ").Append(shown);
        text.Append('\n').Append("      | ").Append(' ', Math.Min(column, 200)).Append('^', Math.Clamp(length, 1, 200 - Math.Min(column, 199)));
        return text.ToString();
    }

    private static (int Line, int Column, int Length) Locate(SourceText source, LineRange range, string? token)
    {
        if (!string.IsNullOrEmpty(token))
        {
            for (var line = range.Start; line <= range.End; line++)
            {
                var at = source[line].IndexOf(token, StringComparison.Ordinal);
                if (at >= 0) return (line, at, token.Length);
            }
        }

        var whole = source[range.Start];
        var indent = whole.Length - whole.TrimStart().Length;
        return (range.Start, indent, whole.Trim().Length);
    }
}
