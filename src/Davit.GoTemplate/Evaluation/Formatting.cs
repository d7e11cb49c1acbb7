using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Davit.GoTemplate.Evaluation;

/// <summary><c>printf</c> with Go's verbs, and <c>json</c>.</summary>
internal static class Formatting
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Json(object? value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Compact)) Write(writer, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    internal static string Printf(string format, IReadOnlyList<object?> arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            var start = i++;
            while (i < format.Length && (format[i] is '-' or '+' or '#' or ' ' or '.' || char.IsAsciiDigit(format[i]))) i++;
            if (i >= format.Length)
            {
                text.Append("%!(NOVERB)");
                break;
            }

            if (format[i] == '%') text.Append('%');
            else if (next >= arguments.Count) text.Append("%!").Append(format[i]).Append("(MISSING)");
            else text.Append(Verb(format[(start + 1)..i], format[i], arguments[next++]));
        }

        if (next < arguments.Count) text.Append("%!(EXTRA ").AppendJoin(", ", arguments.Skip(next).Select(a => "string=" + Values.Inner(a))).Append(')');
        return text.ToString();
    }

    /// <summary>Go takes no width or precision above it, so that a format of ten characters asks for no gigabyte.</summary>
    internal const int MostWidth = 1_000_000;

    private static string Verb(string flags, char verb, object? value)
    {
        var plain = Values.Plain(value);
        var digits = flags.TrimStart('-', '+', '#', ' ', '0');
        var dot = digits.IndexOf('.', StringComparison.Ordinal);
        var wide = dot < 0 ? digits : digits[..dot];
        var width = wide.Length == 0 ? 0 : Bounded(wide);
        int? precision = dot < 0 ? null : dot + 1 == digits.Length ? 0 : Bounded(digits[(dot + 1)..]);
        if (width < 0) return "%!(BADWIDTH)" + Verb("", verb, value);
        if (precision < 0) return "%!(BADPREC)" + Verb("", verb, value);
        var text = verb switch
        {
            'q' => "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Values.Inner(plain)) + "\"",
            'd' when plain is long number => number.ToString(CultureInfo.InvariantCulture),
            'x' when plain is long number => number.ToString("x", CultureInfo.InvariantCulture),
            'X' when plain is long number => number.ToString("X", CultureInfo.InvariantCulture),
            'x' => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Values.Inner(plain))),
            'o' when plain is long number => Convert.ToString(number, 8),
            'b' when plain is long number => Convert.ToString(number, 2),
            'c' when plain is long number => (number is >= 0 and <= 0x10FFFF && Rune.TryCreate((int)number, out var rune) ? rune : Rune.ReplacementChar).ToString(),
            'f' or 'F' when plain is double or long => Convert.ToDouble(plain, CultureInfo.InvariantCulture).ToString("F" + (precision ?? 6), CultureInfo.InvariantCulture),
            't' when plain is bool => Values.Inner(plain),
            's' or 'v' => precision is { } most && verb == 's' && Values.Inner(plain).Length > most ? Values.Inner(plain)[..most] : Values.Inner(plain),
            'T' => plain switch { string => "string", long => "int", double => "float64", bool => "bool", null => "<nil>", _ => "map[string]interface {}" },
            _ => $"%!{verb}({Values.Inner(plain)})",
        };
        if (text.Length >= width) return text;
        if (flags.Contains('-', StringComparison.Ordinal)) return text.PadRight(width);
        return flags.StartsWith('0') && verb is 'd' or 'x' or 'f' ? text.PadLeft(width, '0') : text.PadLeft(width);
    }

    /// <summary>A width or precision; -1 when it is above the bound or no number.</summary>
    private static int Bounded(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostWidth ? number : -1;

    private static string Escaped(string text) => "\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text).Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal) + "\"";

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (Values.Plain(value))
        {
            case null: writer.WriteNullValue(); break;
            case bool truth: writer.WriteBooleanValue(truth); break;
            case string text: writer.WriteStringValue(text); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(number); break;
            case JsonElement json: json.WriteTo(writer); break;
            case ITemplateRecord record:
                writer.WriteStartObject();
                foreach (var field in record.Fields)
                {
                    if (!record.TryGet(field, [], out var inner)) continue;
                    writer.WritePropertyName(field);

                    // docker's lists come from Go's default marshaller, which writes < > & as escapes
                    if (inner is string plain && plain.AsSpan().ContainsAny('<', '>', '&')) writer.WriteRawValue(Escaped(plain), skipInputValidation: true);
                    else Write(writer, inner);
                }

                writer.WriteEndObject();
                break;
            case IReadOnlyDictionary<string, object?> or IReadOnlyDictionary<string, string>:
                writer.WriteStartObject();
                foreach (var (key, inner) in Values.Elements(value)!)
                {
                    writer.WritePropertyName(Values.Inner(key));
                    Write(writer, inner);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteStartArray();
                foreach (var (_, inner) in Values.Elements(value) ?? []) Write(writer, inner);
                writer.WriteEndArray();
                break;
        }
    }
}
