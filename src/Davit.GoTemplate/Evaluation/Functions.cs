using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Davit.Primitives;

namespace Davit.GoTemplate.Evaluation;

/// <summary>The functions of text/template and those that Docker adds: json, split, join, title, lower, upper, pad, truncate.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, (int Least, int Most, Func<IReadOnlyList<object?>, int, object?> Body)> Table = new(StringComparer.Ordinal)
    {
        ["eq"] = (1, 99, (a, line) => a.Skip(1).Any(other => Compared(a[0], other, line) == 0)),
        ["ne"] = (2, 2, (a, line) => Compared(a[0], a[1], line) != 0),
        ["lt"] = (2, 2, (a, line) => Compared(a[0], a[1], line) < 0),
        ["le"] = (2, 2, (a, line) => Compared(a[0], a[1], line) <= 0),
        ["gt"] = (2, 2, (a, line) => Compared(a[0], a[1], line) > 0),
        ["ge"] = (2, 2, (a, line) => Compared(a[0], a[1], line) >= 0),
        ["not"] = (1, 1, (a, _) => !Values.IsTrue(a[0])),
        ["len"] = (1, 1, (a, line) => (long)(Values.Length(a[0]) ?? throw Evaluator.Error(line, $"error calling len: len of type {Values.Text(a[0])}"))),
        ["index"] = (1, 99, (a, line) => a.Skip(1).Aggregate(a[0], (value, key) => Index(value, key, line))),
        ["slice"] = (1, 4, (a, line) => Slice(a, line)),
        ["print"] = (0, 99, (a, _) => string.Concat(a.Select(Values.Inner))),
        ["println"] = (0, 99, (a, _) => string.Join(' ', a.Select(Values.Inner)) + "\n"),
        ["printf"] = (1, 99, (a, _) => Formatting.Printf(Values.Inner(a[0]), a.Skip(1).ToList())),
        ["html"] = (1, 1, (a, _) => WebUtility.HtmlEncode(Values.Inner(a[0]))),
        ["js"] = (1, 1, (a, _) => JsonEncodedText.Encode(Values.Inner(a[0])).ToString()),
        ["urlquery"] = (1, 1, (a, _) => Uri.EscapeDataString(Values.Inner(a[0]))),
        ["json"] = (1, 1, (a, _) => Formatting.Json(a[0])),
        ["split"] = (2, 2, (a, _) => Values.Inner(a[0]).Split(Values.Inner(a[1])).Cast<object?>().ToList()),
        ["join"] = (2, 2, (a, line) => string.Join(Values.Inner(a[1]), (Values.Elements(a[0]) ?? throw Evaluator.Error(line, "error calling join: not a list")).Select(p => Values.Inner(p.Value)))),
        ["title"] = (1, 1, (a, _) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Values.Inner(a[0]))),
        ["lower"] = (1, 1, (a, _) => Values.Inner(a[0]).ToLowerInvariant()),
        ["upper"] = (1, 1, (a, _) => Values.Inner(a[0]).ToUpperInvariant()),
        ["pad"] = (3, 3, (a, line) => Values.Inner(a[0]) is { Length: > 0 } text ? new string(' ', Count("pad", a[1], line)) + text + new string(' ', Count("pad", a[2], line)) : ""),
        ["truncate"] = (2, 2, (a, line) => Values.Inner(a[0]) is var whole && Count("truncate", a[1], line) is var most && whole.Length > most ? whole[..most] : whole),
    };

    internal static bool Exists(string name) => name is "and" or "or" || Table.ContainsKey(name);

    /// <summary><c>and</c> and <c>or</c> evaluate only as many arguments as they need.</summary>
    internal static object? Logic(string name, IEnumerable<Func<object?>> arguments, int line)
    {
        object? value = null;
        var any = false;
        foreach (var argument in arguments)
        {
            any = true;
            value = argument();
            if (Values.IsTrue(value) == (name == "or")) return value;
        }

        return any ? value : throw Evaluator.Error(line, $"wrong number of args for {name}: want at least 1 got 0");
    }

    internal static object? Call(string name, IReadOnlyList<object?> arguments, int line)
    {
        if (name is "and" or "or") return Logic(name, arguments.Select(a => (Func<object?>)(() => a)), line);
        var (least, most, body) = Table[name];
        if (arguments.Count < least || arguments.Count > most)
        {
            throw Evaluator.Error(line, $"wrong number of args for {name}: want {(least == most ? "" : "at least ")}{least} got {arguments.Count}");
        }

        return body(arguments, line);
    }

    /// <summary>A number of characters, which a template of strangers may not make a gigabyte.</summary>
    private static int Count(string function, object? value, int line) => Values.Plain(value) switch
    {
        long number and >= 0 and <= Formatting.MostWidth => (int)number,
        var other => throw Evaluator.Error(line, $"error calling {function}: {Values.Text(other)} is not a number from 0 to {Formatting.MostWidth}"),
    };

    private static int Compared(object? left, object? right, int line) =>
        Values.Compare(left, right) ?? throw Evaluator.Error(line, "incompatible types for comparison");

    private static object? Index(object? value, object? key, int line)
    {
        switch (Values.Plain(value), Values.Plain(key))
        {
            case (JsonElement { ValueKind: JsonValueKind.Object } json, string name):
                return json.TryGetProperty(name, out var property) ? property : "";
            case (IReadOnlyDictionary<string, object?> map, string name):
                return map.TryGetValue(name, out var entry) ? entry : "";
            case (IReadOnlyDictionary<string, string> map, string name):
                return map.TryGetValue(name, out var text) ? text : "";
            case (null, _): throw Evaluator.Error(line, "error calling index: index of untyped nil");
            case (string whole, long at):
                return at >= 0 && at < whole.Length ? (long)Encoding.UTF8.GetBytes(whole)[at] : throw Evaluator.Error(line, $"error calling index: index out of range: {at}");
            case (var list, long at):
                var items = Values.Elements(list)?.ToList() ?? throw Evaluator.Error(line, $"error calling index: can't index item of type {Values.Text(list)}");
                return at >= 0 && at < items.Count ? items[(int)at].Value : throw Evaluator.Error(line, $"error calling index: index out of range: {at}");
            default: throw Evaluator.Error(line, $"error calling index: can't index item with {Values.Text(key)}");
        }
    }

    private static object? Slice(IReadOnlyList<object?> a, int line)
    {
        var from = a.Count > 1 ? Count("slice", a[1], line) : 0;
        var length = Values.Length(a[0]) ?? throw Evaluator.Error(line, "error calling slice: can't slice item");
        var to = a.Count > 2 ? Count("slice", a[2], line) : length;
        if (from < 0 || to > length || from > to) throw Evaluator.Error(line, $"error calling slice: index out of range: {(to > length ? to : from)}");
        return Values.Plain(a[0]) is string text
            ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text).AsSpan(from, to - from))
            : Values.Elements(a[0])!.Skip(from).Take(to - from).Select(p => p.Value).ToList();
    }
}
