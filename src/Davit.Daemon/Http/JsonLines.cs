using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Davit.Daemon.Http;

/// <summary>A stream of JSON objects, a line each, until its source ends or the client leaves.</summary>
internal static class JsonLines
{
    /// <summary>Sends the head at once, and each object as soon as it is there.</summary>
    public static async Task WriteAsync<T>(ApiRequest request, IAsyncEnumerable<T> items, JsonTypeInfo<T> type)
    {
        await using var source = items.GetAsyncEnumerator(request.Aborted);
        // begun before the head is sent, so that a bad query still has its status code, and nothing that happens after the head is missed
        var next = source.MoveNextAsync().AsTask();
        if (next.IsCompleted) await next.ConfigureAwait(false);
        await request.BeginAsync("application/json").ConfigureAwait(false);
        var body = request.Context.Response.BodyWriter;
        while (await next.ConfigureAwait(false))
        {
            using (var writer = new Utf8JsonWriter(body, JsonBody.WriterOptions)) JsonSerializer.Serialize(writer, source.Current, type);
            body.GetSpan(1)[0] = (byte)'\n';
            body.Advance(1);
            next = source.MoveNextAsync().AsTask();
            // what is there already goes out together
            if (!next.IsCompleted) await body.FlushAsync(request.Aborted).ConfigureAwait(false);
        }

        await body.FlushAsync(request.Aborted).ConfigureAwait(false);
    }
}
