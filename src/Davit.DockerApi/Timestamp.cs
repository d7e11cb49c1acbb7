using System.Globalization;

namespace Davit.DockerApi;

/// <summary>Times as the API writes them: RFC 3339 in UTC, without trailing zeros.</summary>
public static class Timestamp
{
    /// <summary>Go's zero time: never.</summary>
    public const string Never = "0001-01-01T00:00:00Z";

    /// <summary>Writes a time; null is <see cref="Never"/>.</summary>
    public static string Format(DateTimeOffset? time) =>
        time is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z" : Never;

    /// <summary>Reads a time; null for <see cref="Never"/> and for what is none.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time.Year > 1 ? time : null;
}
