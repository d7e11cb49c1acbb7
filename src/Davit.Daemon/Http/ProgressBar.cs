using System.Globalization;

namespace Davit.Daemon.Http;

/// <summary>The text form of a measure, for clients that show <c>progress</c> as it is.</summary>
internal static class ProgressBar
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary><c>[=====>     ]  1.2MB/3MB</c>.</summary>
    public static string Draw(long current, long total)
    {
        if (current <= 0 && total <= 0) return "";
        if (total <= 0) return string.Create(CultureInfo.InvariantCulture, $"{Size(current),8}");
        var half = (int)Math.Min(50, current * 50 / total);
        var arrow = half < 50 ? ">" : "";
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('=', half)}{arrow}{new string(' ', 50 - half - arrow.Length)}] {Size(current),8}/{Size(total)}");
    }

    private static string Size(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1000 && unit < Units.Length - 1; unit++) bytes /= 1000;
        // four significant digits, as Docker shows sizes
        return bytes.ToString(bytes >= 1000 ? "0" : bytes >= 100 ? "0.#" : bytes >= 10 ? "0.##" : "0.###", CultureInfo.InvariantCulture) + Units[unit];
    }
}
