using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Davit.GoTemplate.Evaluation;

/// <summary>What values mean to a template: truth, order, length, text.</summary>
internal static class Values
{
    /// <summary>JSON scalars as plain values; everything else as it is.</summary>
    internal static object? Plain(object? value) => value switch
    {
        int number => (long)number,
        uint number => (long)number,
        ulong number => (long)number,
        ushort number => (long)number,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
        JsonElement { ValueKind: JsonValueKind.True } => true,
        JsonElement { ValueKind: JsonValueKind.False } => false,
        JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        JsonElement { ValueKind: JsonValueKind.Number } json => json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
        _ => value,
    };

    /// <summary>Go's truth: not zero, not empty, not nil.</summary>
    internal static bool IsTrue(object? value) => Plain(value) switch
    {
        null => false,
        bool truth => truth,
        string text => text.Length > 0,
        long number => number != 0,
        double number => number != 0,
        var other => Length(other) is not 0,
    };

    /// <summary>Elements of a list, map or string (in bytes); null when the value has no length.</summary>
    internal static int? Length(object? value) => Plain(value) switch
    {
        string text => Encoding.UTF8.GetByteCount(text),
        JsonElement { ValueKind: JsonValueKind.Array } json => json.GetArrayLength(),
        JsonElement { ValueKind: JsonValueKind.Object } json => json.EnumerateObject().Count(),
        ICollection collection => collection.Count,
        IReadOnlyCollection<object?> collection => collection.Count,
        IEnumerable<KeyValuePair<string, object?>> pairs => pairs.Count(),
        _ => null,
    };

    /// <summary>Key and value of each element, maps in the order of their keys as Go ranges over them; null when the value can't be ranged over.</summary>
    internal static IEnumerable<KeyValuePair<object?, object?>>? Elements(object? value) => Plain(value) switch
    {
        null => [],
        JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Select((item, index) => new KeyValuePair<object?, object?>((long)index, item)),
        JsonElement { ValueKind: JsonValueKind.Object } json => json.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => new KeyValuePair<object?, object?>(p.Name, p.Value)),
        IReadOnlyDictionary<string, object?> map => map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new KeyValuePair<object?, object?>(p.Key, p.Value)),
        IReadOnlyDictionary<string, string> map => map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new KeyValuePair<object?, object?>(p.Key, p.Value)),
        long count => Enumerable.Range(0, (int)Math.Max(0, count)).Select(i => new KeyValuePair<object?, object?>((long)i, (long)i)),
        string => null,
        IEnumerable list => list.Cast<object?>().Select((item, index) => new KeyValuePair<object?, object?>((long)index, item)),
        _ => null,
    };

    /// <summary>The text that Go's <c>%v</c> gives.</summary>
    internal static string Text(object? value) => Plain(value) switch
    {
        null => "<no value>",
        var plain => Inner(plain),
    };

    internal static string Inner(object? value) => Plain(value) switch
    {
        null => "<nil>",
        bool truth => truth ? "true" : "false",
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        JsonElement { ValueKind: JsonValueKind.Object } or IReadOnlyDictionary<string, object?> or IReadOnlyDictionary<string, string> =>
            "map[" + string.Join(' ', Elements(value)!.Select(p => $"{p.Key}:{Inner(p.Value)}")) + "]",
        ITemplateRecord record => "{" + string.Join(' ', record.Fields.Select(f => record.TryGet(f, [], out var v) ? Inner(v) : "")) + "}",
        var other => Elements(other) is { } items ? "[" + string.Join(' ', items.Select(p => Inner(p.Value))) + "]" : other?.ToString() ?? "",
    };

    private static string Number(double number)
    {
        if (double.IsInteger(number) && Math.Abs(number) < 1e21) return number.ToString("F0", CultureInfo.InvariantCulture);
        return number.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
    }

    /// <summary>-1, 0 or 1, or null when the two are not comparable.</summary>
    internal static int? Compare(object? left, object? right) => (Plain(left), Plain(right)) switch
    {
        (string a, string b) => Math.Sign(string.CompareOrdinal(a, b)),
        (long a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo((double)b),
        (bool a, bool b) => a.CompareTo(b),
        (null, null) => 0,
        _ => null,
    };
}
