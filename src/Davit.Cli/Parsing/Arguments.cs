using System.Globalization;

namespace Davit.Cli.Parsing;

/// <summary>What was typed after a command: flags with their values, and positional arguments.</summary>
internal sealed class Arguments(CommandNode command, string path)
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <summary>The command.</summary>
    internal CommandNode Command { get; } = command;

    /// <summary>Its words, for example <c>davit container run</c>.</summary>
    internal string Path { get; } = path;

    /// <summary>Positional arguments.</summary>
    internal List<string> Words { get; } = [];

    /// <summary>True when the flag was typed.</summary>
    internal bool Has(string flag) => _values.ContainsKey(flag);

    /// <summary>Value of a bool flag; false when it was not typed.</summary>
    internal bool Is(string flag) => _values.TryGetValue(flag, out var values) && values[^1] == "true";

    /// <summary>The last value, or null.</summary>
    internal string? Value(string flag) => _values.TryGetValue(flag, out var values) ? values[^1] : null;

    /// <summary>All values.</summary>
    internal IReadOnlyList<string> List(string flag) => _values.TryGetValue(flag, out var values) ? values : [];

    /// <summary>The last value as a number, or null.</summary>
    /// <exception cref="UsageException">Not a number.</exception>
    internal long? Number(string flag)
    {
        if (Value(flag) is not { } text) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new UsageException(this, $"invalid argument \"{text}\" for \"{Spelled(flag)}\" flag: strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    /// <summary>The flag as messages name it: <c>-m, --memory</c>.</summary>
    internal string Spelled(string flag) => Command.Flags.FirstOrDefault(f => f.Name == flag) is { Short: { } letter } ? $"-{letter}, --{flag}" : "--" + flag;

    internal void Add(string flag, string value)
    {
        if (!_values.TryGetValue(flag, out var values)) _values[flag] = values = [];
        values.Add(value);
    }
}
