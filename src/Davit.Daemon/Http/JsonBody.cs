using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Davit.Daemon.Versions;
using Davit.DockerApi;
using Davit.Primitives;
using Microsoft.AspNetCore.Http;

namespace Davit.Daemon.Http;

/// <summary>JSON bodies in both directions, with errors that read like Docker's.</summary>
internal static class JsonBody
{
    private const int Limit = 16 << 20;

    /// <summary>Reads a body that must be there.</summary>
    public static async ValueTask<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        CheckContentType(request);
        var bytes = await ReadAllAsync(request, cancellation).ConfigureAwait(false);
        if (IsBlank(bytes.Span)) throw Invalid("invalid JSON: got EOF while reading request body");
        return Parse(bytes, type);
    }

    /// <summary>Reads a body that may be left out.</summary>
    public static async ValueTask<T?> ReadOptionalAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        var bytes = await ReadAllAsync(request, cancellation).ConfigureAwait(false);
        if (IsBlank(bytes.Span)) return null;
        CheckContentType(request);
        return Parse(bytes, type);
    }

    /// <summary>Writes a body; one line, ended by a line feed as Docker does.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="value">What is written.</param>
    /// <param name="type">How.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="client">Version that the client speaks.</param>
    public static async Task WriteAsync<T>(HttpResponse response, T value, JsonTypeInfo<T> type, int status, ApiVersion client)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) JsonSerializer.Serialize(writer, value, type);
        if (OldAnswer.Differs(typeof(T), client))
        {
            var rewritten = OldAnswer.Rewrite(buffer.WrittenSpan, typeof(T), client);
            buffer.ResetWrittenCount();
            buffer.Write(rewritten);
        }

        buffer.Write("\n"u8);
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>No escapes that JSON does not ask for, as Go writes it but for <c>&lt; &gt; &amp;</c>.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Reads JSON out of bytes.</summary>
    /// <exception cref="DavitException">InvalidArgument, saying what is wrong where.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> bytes, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) ?? JsonSerializer.Deserialize("{}"u8, type)!;
        }
        catch (JsonException error)
        {
            throw Invalid(Explain(bytes, error), error);
        }
    }

    private static string Explain(ReadOnlyMemory<byte> bytes, JsonException error)
    {
        JsonDocument document;
        try
        {
            var reader = new Utf8JsonReader(bytes.Span);
            document = JsonDocument.ParseValue(ref reader);
            if (bytes.Span[(int)reader.BytesConsumed..].Trim(" \t\r\n"u8).Length > 0) return "unexpected content after JSON";
        }
        catch (JsonException syntax)
        {
            return "invalid JSON: " + ExplainSyntax(bytes.Span, syntax);
        }

        using (document)
        {
            var field = (error.Path ?? "$").TrimStart('$');
            return Kind(document.RootElement, field) is { } kind ? $"invalid JSON: cannot unmarshal {kind} into field {field}" : $"invalid JSON: cannot read field {field}";
        }
    }

    private static string ExplainSyntax(ReadOnlySpan<byte> bytes, JsonException error)
    {
        var offset = 0;
        for (var line = error.LineNumber ?? 0; line > 0 && offset < bytes.Length; offset++)
        {
            if (bytes[offset] == '\n') line--;
        }

        offset += (int)(error.BytePositionInLine ?? 0);
        if (offset >= bytes.Length || bytes[offset..].Trim(" \t\r\n"u8).Length == 0) return "unexpected EOF";
        _ = Rune.DecodeFromUtf8(bytes[offset..], out var rune, out _);
        return $"invalid character '{rune}' at byte {offset + 1}";
    }

    private static string? Kind(JsonElement element, string path)
    {
        foreach (var step in path.Split(['.', '[', ']', '\''], StringSplitOptions.RemoveEmptyEntries))
        {
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index < element.GetArrayLength()) element = element[index];
            else if (element.ValueKind == JsonValueKind.Object && Find(element, step) is { } found) element = found;
            else return null;
        }

        return element.ValueKind switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "array",
            JsonValueKind.Object => "object",
            _ => "null",
        };
    }

    private static JsonElement? Find(JsonElement element, string name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return property.Value;
        }

        return null;
    }

    private static void CheckContentType(HttpRequest request)
    {
        var type = request.ContentType;
        if (string.IsNullOrEmpty(type) && request.ContentLength is null or 0) return;
        var media = (type ?? "").Split(';')[0].Trim();
        if (media.Equals("application/json", StringComparison.OrdinalIgnoreCase)) return;
        throw Invalid(media.Length == 0
            ? "malformed Content-Type header (): mime: no media type"
            : $"unsupported Content-Type header ({media}): must be 'application/json'");
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAllAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > Limit) throw TooLong();
        var bytes = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                if (bytes.Length + read > Limit) throw TooLong();
                bytes.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static DavitException TooLong() => Invalid($"the request body is longer than {Limit >> 20} MB");

    private static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t\r\n"u8).Length == 0;

    private static DavitException Invalid(string message, Exception? inner = null) => new(ErrorKind.InvalidArgument, message, inner: inner);
}
