namespace Davit.RegistryClient.Http;

/// <summary>An error that a registry answered, in the words of the distribution specification.</summary>
internal sealed class RegistryFault(int status, string code, string text, TimeSpan? retryAfter = null) : Exception(text)
{
    internal const string Unauthorized = "UNAUTHORIZED";
    internal const string Denied = "DENIED";
    internal const string ManifestUnknown = "MANIFEST_UNKNOWN";
    internal const string NameUnknown = "NAME_UNKNOWN";
    internal const string BlobUnknown = "BLOB_UNKNOWN";

    internal int Status { get; } = status;

    internal string Code { get; } = code;

    internal TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Too busy or broken for the moment: the same request may succeed later.</summary>
    internal bool IsTransient => Status is 408 or 429 or 500 or 502 or 503 or 504;

    /// <summary>As the distribution client of Docker prints an error code: <c>manifest unknown: manifest unknown</c>.</summary>
    internal static RegistryFault Of(int status, string code, string message, TimeSpan? retryAfter = null)
    {
        var words = code.ToLowerInvariant().Replace('_', ' ');
        return new(status, code, message.Length == 0 ? $"{words}: {words}" : $"{words}: {message}", retryAfter);
    }
}
