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
/// <param name="Placeholder">Word for the value in the help: <c>string</c>, <c>list</c>, <c>int</c> …</param>
/// <param name="Help">What it does.</param>
/// <param name="Hidden">Understood, not shown.</param>
internal sealed record Flag(string Name, char? Short, FlagKind Kind, string Placeholder, string Help, bool Hidden = false)
{
    /// <summary>Reads a list of flags: <c>-e, --env list    Set environment variables</c>, a line each, as the help shows them; <c>!</c> before a line hides it.</summary>
    internal static IReadOnlyList<Flag> Table(string text)
    {
        var flags = new List<Flag>();
        foreach (var raw in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var hidden = raw[0] == '!';
            var line = hidden ? raw[1..].Trim() : raw;
            char? letter = null;
            if (line[1] != '-')
            {
                letter = line[1];
                line = line[4..];
            }

            var gap = line.IndexOf("  ", StringComparison.Ordinal);
            var left = gap < 0 ? line : line[..gap];
            var help = gap < 0 ? "" : line[gap..].Trim();
            var space = left.IndexOf(' ', StringComparison.Ordinal);
            var name = (space < 0 ? left : left[..space])[2..];
            var word = space < 0 ? "" : left[(space + 1)..];
            var kind = space < 0 ? FlagKind.Bool : word is "list" or "map" or "mount" or "ulimit" or "filter" or "network" or "opt" or "port" ? FlagKind.List : FlagKind.Value;
            flags.Add(new Flag(name, letter, kind, word, help, hidden));
        }

        return flags;
    }
}
