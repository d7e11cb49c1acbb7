namespace Davit.Cli.Parsing;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>Nothing, or <c>=true</c> / <c>=false</c>.</summary>
    Bool,

    /// <summary>One value; the last one counts.</summary>
    Value,

    /// <summary>Any number of values.</summary>
    List,
}

/// <summary>A flag of a command.</summary>
/// <param name="Name">Long name without dashes.</param>
/// <param name="Short">One letter, or null.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Placeholder">Word for the value in the help: <c>string</c>, <c>list</c>, <c>int</c> …; values are checked by it.</param>
/// <param name="Help">What it does; lines end with <c>\n</c>.</param>
/// <param name="Hidden">Understood, not shown.</param>
internal sealed record Flag(string Name, char? Short, FlagKind Kind, string Placeholder, string Help, bool Hidden = false)
{
    private const string ListFormat = """
        Format output using a custom template:
        'table':            Print output in table format with column headers (default)
        'table TEMPLATE':   Print output in table format using the given Go template
        'json':             Print in JSON format
        'TEMPLATE':         Print output using the given Go template.
        Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates
        """;

    private const string InspectFormat = """
        Format output using a custom template:
        'json':             Print in JSON format
        'TEMPLATE':         Print output using the given Go template.
        Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates
        """;

    /// <summary>
    /// Reads a list of flags: <c>-e, --env list    Set environment variables</c>, a line each, as the help shows them. <c>!</c> before a line hides it;
    /// <c>@list</c> and <c>@inspect</c> stand for the two texts of <c>--format</c>.
    /// </summary>
    internal static IReadOnlyList<Flag> Table(string text)
    {
        var flags = new List<Flag>();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).Trim();
            if (line.IsEmpty) continue;
            var hidden = line[0] == '!';
            if (hidden) line = line[1..].Trim();
            char? letter = null;
            if (line[1] != '-')
            {
                letter = line[1];
                line = line[4..];
            }

            var gap = line.IndexOf("  ", StringComparison.Ordinal);
            var left = gap < 0 ? line : line[..gap];
            var help = gap < 0 ? "" : line[gap..].Trim().ToString();
            var space = left.IndexOf(' ');
            var name = (space < 0 ? left : left[..space])[2..].ToString();
            var word = space < 0 ? "" : left[(space + 1)..].ToString();
            flags.Add(new Flag(name, letter, KindOf(word), word, help switch { "@list" => ListFormat, "@inspect" => InspectFormat, _ => help.Replace("\\n", "\n", StringComparison.Ordinal) }, hidden));
        }

        return flags;
    }

    private static FlagKind KindOf(string valueName) => valueName switch
    {
        "" => FlagKind.Bool,
        "list" or "map" or "mount" or "ulimit" or "filter" or "network" or "strings" or "stringToString" or "gpu-request" => FlagKind.List,
        _ => FlagKind.Value,
    };
}
