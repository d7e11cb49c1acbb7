using System.Globalization;

namespace Davit.Linux.Signals;

/// <summary>Signals by name and number on x86-64 (signal(7)).</summary>
public static class SignalNames
{
    private const int RealTimeMinimum = 34;
    private const int RealTimeMaximum = 64;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP",
        "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Reads a name (with or without <c>SIG</c>, any case, <c>RTMIN+3</c>) or a number from 1 to 64.</summary>
    /// <returns>False when there is no such signal.</returns>
    public static bool TryParse(string text, out int signal)
    {
        ArgumentNullException.ThrowIfNull(text);
        signal = 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            signal = number;
            return number is > 0 and <= RealTimeMaximum;
        }

        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        name = name switch { "IOT" => "ABRT", "CLD" => "CHLD", "POLL" => "IO", "UNUSED" => "SYS", _ => name };
        signal = name.Length == 0 ? -1 : Array.IndexOf(Names, name);
        if (signal > 0) return true;
        signal = RealTime(name, "RTMIN", RealTimeMinimum, '+', 1) ?? RealTime(name, "RTMAX", RealTimeMaximum, '-', -1) ?? 0;
        return signal is >= RealTimeMinimum and <= RealTimeMaximum;
    }

    /// <summary>Name without <c>SIG</c>; the number when it has none.</summary>
    public static string Name(int signal) => signal switch
    {
        > 0 when signal < Names.Length => Names[signal],
        RealTimeMinimum => "RTMIN",
        RealTimeMaximum => "RTMAX",
        > RealTimeMinimum and <= 49 => $"RTMIN+{signal - RealTimeMinimum}",
        > 49 and < RealTimeMaximum => $"RTMAX-{RealTimeMaximum - signal}",
        _ => signal.ToString(CultureInfo.InvariantCulture),
    };

    private static int? RealTime(string name, string start, int value, char sign, int direction)
    {
        if (name == start) return value;
        return name.StartsWith(start, StringComparison.Ordinal) && name.Length > start.Length + 1 && name[start.Length] == sign
            && int.TryParse(name.AsSpan(start.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var distance) && distance < 64
            ? value + (direction * distance)
            : null;
    }
}
