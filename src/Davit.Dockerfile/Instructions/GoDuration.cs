using System.Buffers;
using System.Globalization;

namespace Davit.Dockerfile.Instructions;

/// <summary>Durations as HEALTHCHECK writes them: <c>1h30m</c>, <c>1.5s</c>, <c>100ms</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration, out string problem)
    {
        duration = TimeSpan.Zero;
        problem = $"time: invalid duration \"{text}\"";
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (rest.StartsWith("-") || rest.StartsWith("+")) rest = rest[1..];
        if (rest.SequenceEqual("0")) return true;
        if (rest.IsEmpty) return false;
        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits == 0) return false;
            if (digits < 0)
            {
                problem = $"time: missing unit in duration \"{text}\"";
                return false;
            }

            if (digits > 20 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(NumberCharacters);
            var unit = letters < 0 ? rest : rest[..letters];
            decimal? scale = unit switch { "ns" => 0.01m, "us" or "µs" => 10m, "ms" => 10_000m, "s" => 10_000_000m, "m" => 600_000_000m, "h" => 36_000_000_000m, _ => null };
            if (scale is null)
            {
                problem = $"time: unknown unit \"{unit}\" in duration \"{text}\"";
                return false;
            }

            ticks += number * scale.Value;
            if (ticks > long.MaxValue / 100) return false;
            rest = rest[unit.Length..];
        }

        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }
}
