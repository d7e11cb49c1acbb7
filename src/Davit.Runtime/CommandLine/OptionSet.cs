using Davit.Primitives;

namespace Davit.Runtime.CommandLine;

/// <summary>Options at the front of a command's arguments, as runc's command line has them: <c>--name value</c>, <c>--name=value</c>, <c>-n value</c>; the first plain word ends them.</summary>
internal sealed class OptionSet
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Reads.</summary>
    /// <param name="arguments">Arguments.</param>
    /// <param name="known">Options: long name, short name or empty, <c>=</c> in front of the long name for one with a value.</param>
    /// <param name="command">For messages.</param>
    internal OptionSet(IReadOnlyList<string> arguments, string known, string command)
    {
        var options = new Dictionary<string, (string Name, bool HasValue)>(StringComparer.Ordinal);
        foreach (var word in known.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var hasValue = word[0] == '=';
            var names = word.TrimStart('=').Split(',');
            foreach (var name in names) options[name] = (names[0], hasValue);
        }

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
            if (!options.TryGetValue(key, out var option)) throw new DavitException(ErrorKind.InvalidArgument, $"flag provided but not defined: -{key}", $"see davit-oci {command} --help");
            string value;
            if (equals >= 0) value = word[(equals + 1)..];
            else if (!option.HasValue) value = "true";
            else if (++i < arguments.Count) value = arguments[i];
            else throw new DavitException(ErrorKind.InvalidArgument, $"flag needs an argument: -{key}");
            if (!option.HasValue && value is not ("true" or "false")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid boolean value \"{value}\" for -{key}");
            (_values.TryGetValue(option.Name, out var list) ? list : _values[option.Name] = []).Add(value);
        }

        Rest = [.. arguments.Skip(i)];
    }

    /// <summary>What follows the options.</summary>
    internal IReadOnlyList<string> Rest { get; }

    internal bool Has(string name) => _values.TryGetValue(name, out var values) && values[^1] != "false";

    internal string? Value(string name) => _values.TryGetValue(name, out var values) ? values[^1] : null;

    internal IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    internal long? Number(string name)
    {
        if (Value(name) is not { Length: > 0 } text) return null;
        return long.TryParse(text, out var number) ? number : throw new DavitException(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for flag -{name}: it is not a number");
    }

    /// <summary>The only word that follows the options.</summary>
    internal string One(string command) => Rest.Count == 1
        ? Rest[0]
        : throw new DavitException(ErrorKind.InvalidArgument, $"davit-oci: \"{command}\" requires exactly 1 argument(s), and got {Rest.Count}");
}
