using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Davit.RegistryClient.Auth;

namespace Davit.RegistryClient.Http;

/// <summary>Reads the error that a registry answered.</summary>
internal static class ErrorBody
{
    private const int MostBytes = 64 << 10;

    internal static async Task<RegistryFault> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var retryAfter = RetryAfter(response.Headers.RetryAfter, time);
        if (status is < 400 or >= 500) return new(status, "", $"received unexpected HTTP status: {status} {response.ReasonPhrase}".TrimEnd(), retryAfter);

        // RFC 6750, 3.1: a bearer challenge says more than the body
        foreach (var challenge in Challenge.ReadAll(response.Headers))
        {
            var code = challenge.Scheme != "bearer" ? null : challenge["error"] switch
            {
                "invalid_token" => RegistryFault.Unauthorized,
                "insufficient_scope" => RegistryFault.Denied,
                _ => null,
            };
            if (code is not null) return RegistryFault.Of(status, code, challenge["error_description"] ?? Message(code), retryAfter);
        }

        var body = await ReadBoundedAsync(response, cancellation).ConfigureAwait(false);
        if (Parse(body) is { } document)
        {
            if (document.Errors is [{ } first, ..] && !string.IsNullOrEmpty(first.Code)) return RegistryFault.Of(status, first.Code, Printable(first.Message ?? ""), retryAfter);
            var named = status switch { 401 => RegistryFault.Unauthorized, 403 => RegistryFault.Denied, 429 => "TOOMANYREQUESTS", _ => null };
            if (named is not null && !string.IsNullOrEmpty(document.Details)) return RegistryFault.Of(status, named, Printable(document.Details), retryAfter);
        }

        return status switch
        {
            401 => RegistryFault.Of(status, RegistryFault.Unauthorized, Message(RegistryFault.Unauthorized), retryAfter),
            404 when body.Length == 0 => RegistryFault.Of(status, RegistryFault.ManifestUnknown, "manifest unknown", retryAfter),
            429 => RegistryFault.Of(status, "TOOMANYREQUESTS", "too many requests", retryAfter),
            _ => new(status, "", $"error parsing HTTP {status} response body: \"{Printable(Encoding.UTF8.GetString(body))}\"", retryAfter),
        };
    }

    internal static string Message(string code) => code == RegistryFault.Denied ? "requested access to the resource is denied" : "authentication required";

    private static ErrorDocument? Parse(byte[] body)
    {
        try
        {
            return body.Length == 0 ? null : JsonSerializer.Deserialize(body, RegistryJson.Default.ErrorDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                var buffer = new byte[MostBytes];
                var length = await body.ReadAtLeastAsync(buffer, MostBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
                return buffer[..length];
            }
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException)
        {
            return [];
        }
    }

    /// <summary>What a stranger wrote goes to a terminal: one line, no control characters, bounded.</summary>
    private static string Printable(string text)
    {
        var line = text.Length > 1000 ? text[..1000] + "…" : text;
        return string.Create(line.Length, line, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++) to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }).Trim();
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? value, TimeProvider time) =>
        value?.Delta ?? (value?.Date is { } date ? date - time.GetUtcNow() : null);
}
