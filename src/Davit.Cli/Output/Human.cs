using System.Globalization;
using Davit.Primitives;

namespace Davit.Cli.Output;

/// <summary>Sizes and times as docker writes them, and reads them.</summary>
internal static class Human
{
    /// <summary>Decimal units with three or four figures: <c>1.23MB</c>.</summary>
    internal static string Size(double bytes, int precision = 3) => Scale(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB"], precision);

    /// <summary>Binary units: <c>64MiB</c>.</summary>
    internal static string BinarySize(double bytes) => Scale(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], 4);

    private static string Scale(double value, double unit, string[] names, int precision)
    {
        var i = 0;
        while (value >= unit && i < names.Length - 1)
        {
            value /= unit;
            i++;
        }

        return Figures(value, precision) + names[i];
    }

    /// <summary>C's %.Ng.</summary>
    private static string Figures(double value, int precision)
    {
        if (value == 0) return "0";
        var exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        if (exponent >= precision) return value.ToString($"0.{new string('#', precision - 1)}e+00", CultureInfo.InvariantCulture);
        return Math.Round(value, Math.Max(0, Math.Min(15, precision - 1 - exponent))).ToString("0." + new string('#', Math.Max(0, precision - 1 - exponent)), CultureInfo.InvariantCulture);
    }

    /// <summary>How long something took or has been: <c>About a minute</c>, <c>3 hours</c>.</summary>
    internal static string Duration(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        var minutes = (long)span.TotalMinutes;
        var hours = (long)Math.Round(span.TotalHours);
        return seconds switch
        {
            < 1 => "Less than a second",
            1 => "1 second",
            < 60 => $"{seconds} seconds",
            _ when minutes == 1 => "About a minute",
            _ when minutes < 60 => $"{minutes} minutes",
            _ when hours == 1 => "About an hour",
            _ when hours < 48 => $"{hours} hours",
            _ when hours < 24 * 7 * 2 => $"{hours / 24} days",
            _ when hours < 24 * 30 * 2 => $"{hours / 24 / 7} weeks",
            _ when hours < 24 * 365 * 2 => $"{hours / 24 / 30} months",
            _ => $"{hours / 24 / 365} years",
        };
    }

    /// <summary><see cref="Duration"/> until now, with <c>ago</c>.</summary>
    internal static string Ago(DateTimeOffset then, TimeProvider time) => then.Year <= 1 ? "N/A" : Duration(time.GetUtcNow() - then) + " ago";

    /// <summary>Bytes from <c>64m</c>, <c>1.5GiB</c>, <c>100</c>; binary units as docker's <c>-m</c> has them.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>invalid size: 'x'</c>.</exception>
    internal static long Bytes(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = text[digits..].Trim().ToLowerInvariant().TrimEnd('b').TrimEnd('i');
        var factor = unit switch { "" => 0, "k" => 1, "m" => 2, "g" => 3, "t" => 4, "p" => 5, _ => -1 };
        if (digits == 0 || factor < 0 || !double.TryParse(text[..digits], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid size: '{text}'", "write a number with b, k, m or g");
        }

        return (long)(number * Math.Pow(1024, factor));
    }

    /// <summary>Nanoseconds from Go's durations: <c>1m30s</c>, <c>500ms</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    internal static long Nanoseconds(string text)
    {
        double total = 0;
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
            var number = text[start..at];
            start = at;
            while (at < text.Length && char.IsLetter(text[at])) at++;
            var factor = text[start..at] switch { "ns" => 1, "us" or "µs" => 1e3, "ms" => 1e6, "s" => 1e9, "m" => 60e9, "h" => 3600e9, _ => 0 };
            if (factor == 0 || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) throw new DavitException(ErrorKind.InvalidArgument, $"time: invalid duration \"{text}\"", "write for example 30s or 1m30s");
            total += value * factor;
        }

        return (long)total;
    }
}
