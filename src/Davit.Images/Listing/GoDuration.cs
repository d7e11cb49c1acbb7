using System.Buffers;
using System.Globalization;

namespace Davit.Images.Listing;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>1.5s</c>, <c>300ms</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Number = SearchValues.Create("0123456789.");

    internal static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text.IsEmpty) return false;
        double seconds = 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Number);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
            text = text[digits..];
            var letters = text.IndexOfAny(Number) is >= 0 and var next ? next : text.Length;
            double? unit = text[..letters] switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "us" or "µs" or "μs" => 1e-6, "ns" => 1e-9, _ => null };
            if (unit is null) return false;
            seconds += value * unit.Value;
            text = text[letters..];
        }

        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2) return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
