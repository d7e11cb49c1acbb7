using System.Globalization;
using Davit.Primitives;

namespace Davit.Runtime.CommandLine;

/// <summary>Options at the front of a command's arguments, as runc's command line has them: <c>--name value</c>, <c>--name=value</c>, <c>-n value</c>; the first plain word ends them.</summary>
internal sealed class OptionSet
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly CommandEntry _entry;

    /// <summary>Reads.</summary>
    /// <param name="arguments">Arguments.</param>
    /// <param name="entry">What the command takes.</param>
    /// <exception cref="WrongUseException">The command takes something else.</exception>
    internal OptionSet(IReadOnlyList<string> arguments, CommandEntry entry)
    {
        _entry = entry;
        var i = 0;
        for (; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (word == "--")
            {
                i++;
                break;
            }

            if (word.Length < 2 || word[0] != '-') break;
            var equals = word.IndexOf('=');
            var key = (equals < 0 ? word : word[..equals]).TrimStart('-');
            IsHelp |= key is "help" or "h";
            if (IsHelp) continue;
            if (entry.Options.FirstOrDefault(o => o.Names.Contains(key)) is not { } option) throw Wrong($"flag provided but not defined: -{key}");
            string value;
            if (equals >= 0) value = word[(equals + 1)..];
            else if (!option.HasValue) value = "true";
            else if (++i < arguments.Count) value = arguments[i];
            else throw Wrong($"flag needs an argument: -{key}");
            if (!option.HasValue && value is not ("true" or "false")) throw Wrong($"invalid boolean value \"{value}\" for -{key}: parse error");
            (_values.TryGetValue(option.Names[0], out var list) ? list : _values[option.Names[0]] = []).Add(value);
        }

        Rest = [.. arguments.Skip(i)];
        if (IsHelp) return;
        if (entry.Least == entry.Most && Rest.Count != entry.Least) throw Few($"exactly {entry.Least} argument(s)");
        if (Rest.Count < entry.Least) throw Few($"a minimum of {entry.Least} argument(s)");
        if (Rest.Count > entry.Most) throw Few($"a maximum of {entry.Most} argument(s)");
    }

    /// <summary>Help is asked for.</summary>
    internal bool IsHelp { get; }

    /// <summary>What follows the options.</summary>
    internal IReadOnlyList<string> Rest { get; }

    internal bool Has(string name) => _values.TryGetValue(name, out var values) && values[^1] != "false";

    internal string? Value(string name) => _values.TryGetValue(name, out var values) ? values[^1] : null;

    internal IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>A whole number, or null.</summary>
    internal int? Count(string name) => Value(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong($"invalid value \"{text}\" for flag -{name}: parse error");

    /// <summary>One of some words, or null.</summary>
    internal string? Word(string name, params ReadOnlySpan<string> words) => Value(name) is not { } text ? null
        : words.Contains(text) ? text : throw new DavitException(ErrorKind.InvalidArgument, $"invalid {name}: {text}", $"use {string.Join(", ", words!)}");

    private WrongUseException Wrong(string message) => new(message, _entry, detail: true);

    private WrongUseException Few(string what) => new($"davit-oci: \"{_entry.Name}\" requires {what}", _entry, detail: false);
}
