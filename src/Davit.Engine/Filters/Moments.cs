using System.Globalization;

namespace Davit.Engine.Filters;

/// <summary>Moments as Docker's queries write them.</summary>
public static class Moments
{
    private static readonly string[] Layouts =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH", "yyyy-MM-ddK", "yyyy-MM-dd",
    ];

    /// <summary>Reads seconds since the epoch with a fraction, a date in one of Docker's layouts, or a duration (<c>10m</c>, <c>1h30m</c>) back from now; null for anything else.</summary>
    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            if (seconds is < -62_135_596_800m or > 253_402_300_799m) return null;
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        if (DateTimeOffset.TryParseExact(Shorten(text), Layouts, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) return moment;
        return Duration(text) is { } back ? now - back : null;
    }

    /// <summary>Reads a duration as Go writes it; null when it is none.</summary>
    public static TimeSpan? Duration(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        if (rest.IsEmpty) return null;
        var total = 0m;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
            if (digits is 0 or > 18 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] != '.') letters++;
            decimal? unit = rest[..letters] switch
            {
                "ns" => 0.01m,
                "us" or "µs" => 10m,
                "ms" => TimeSpan.TicksPerMillisecond,
                "s" => TimeSpan.TicksPerSecond,
                "m" => TimeSpan.TicksPerMinute,
                "h" => TimeSpan.TicksPerHour,
                _ => null,
            };
            if (unit is not { } ticks) return null;
            total += number * ticks;
            if (total > TimeSpan.MaxValue.Ticks / 2) return null;
            rest = rest[letters..];
        }

        return TimeSpan.FromTicks((long)(negative ? -total : total));
    }

    /// <summary>.NET knows seven digits of a second's fraction, Go nine.</summary>
    private static string Shorten(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return text;
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - dot > 8 ? text[..(dot + 8)] + text[end..] : text;
    }
}
