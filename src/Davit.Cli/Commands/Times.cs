using System.Globalization;
using Davit.Cli.Output;
using Davit.Primitives;

namespace Davit.Cli.Commands;

/// <summary>Times as <c>--since</c> takes them: a timestamp, a date, or how long ago.</summary>
internal static class Times
{
    /// <summary>Seconds since the epoch with nanoseconds, as the API takes them; null stays null.</summary>
    internal static string? ToApi(string? text, TimeProvider time, string? flag = null)
    {
        if (text is null) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) return text;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, text.EndsWith('Z') || text.Contains('+', StringComparison.Ordinal) ? DateTimeStyles.None : DateTimeStyles.AssumeLocal, out var moment)) return Seconds(moment);
        try
        {
            return Seconds(time.GetUtcNow().AddTicks(-Human.Nanoseconds(text) / 100));
        }
        catch (DavitException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{(flag is null ? "" : $"invalid value for \"{flag}\": ")}failed to parse value as time or duration: \"{text}\"", "write 2026-01-02T13:23:37, a Unix time, or 42m");
        }
    }

    private static string Seconds(DateTimeOffset moment)
    {
        var ticks = moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:d9}";
    }
}
