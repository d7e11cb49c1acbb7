using System.Buffers;
using System.Globalization;
using System.Text;

namespace Davit.Engine.Logs.Gelf;

/// <summary>JSON texts with the escapes that Go's encoder makes: servers see the same bytes as from Docker.</summary>
internal static class GoJson
{
    /// <summary>Writes a quoted text; what is not UTF-8 becomes the replacement character.</summary>
    public static void Quote(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        while (!text.IsEmpty)
        {
            var plain = 0;
            var rest = text;
            ReadOnlySpan<byte> escape = default;
            while (!rest.IsEmpty)
            {
                var status = Rune.DecodeFromUtf8(rest, out var rune, out var consumed);
                escape = status == OperationStatus.Done ? Escape(rune.Value) : "\\ufffd"u8;
                rest = rest[consumed..];
                if (!escape.IsEmpty) break;
                plain += consumed;
            }

            output.Write(text[..plain]);
            output.Write(escape);
            text = rest;
        }

        output.Write("\""u8);
    }

    /// <inheritdoc cref="Quote(ReadOnlySpan{byte}, IBufferWriter{byte})"/>
    public static void Quote(string text, IBufferWriter<byte> output) => Quote(Encoding.UTF8.GetBytes(text), output);

    private static ReadOnlySpan<byte> Escape(int character) => character switch
    {
        '"' => "\\\""u8,
        '\\' => "\\\\"u8,
        '\b' => "\\b"u8,
        '\f' => "\\f"u8,
        '\n' => "\\n"u8,
        '\r' => "\\r"u8,
        '\t' => "\\t"u8,
        '<' or '>' or '&' or 0x2028 or 0x2029 or < 0x20 => Encoding.ASCII.GetBytes("\\u" + character.ToString("x4", CultureInfo.InvariantCulture)),
        _ => default,
    };
}
