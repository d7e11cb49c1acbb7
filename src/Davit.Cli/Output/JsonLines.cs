using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Davit.Cli.Output;

/// <summary>Reads JSON values that follow each other in a stream, with or without line ends between them.</summary>
internal static class JsonLines
{
    internal static async IAsyncEnumerable<JsonElement> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[16 << 10];
        var filled = 0;
        while (true)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var count = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
            filled += count;
            var start = 0;
            while (TryTake(buffer.AsSpan(start, filled - start), count == 0, out var used, out var value))
            {
                start += used;
                yield return value;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (count == 0) yield break;
        }
    }

    private static bool TryTake(ReadOnlySpan<byte> bytes, bool final, out int used, out JsonElement value)
    {
        value = default;
        used = 0;
        var skip = bytes.IndexOfAnyExcept(" \r\n\t"u8);
        if (skip < 0) return false;
        var reader = new Utf8JsonReader(bytes[skip..], final, default);
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out var document)) return false;
            using (document) value = document.RootElement.Clone();
        }
        catch (JsonException) when (final)
        {
            return false;
        }

        used = skip + (int)reader.BytesConsumed;
        return true;
    }
}
