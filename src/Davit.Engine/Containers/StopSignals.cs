using System.Globalization;

namespace Davit.Engine.Containers;

/// <summary>Signals as requests name them: <c>9</c>, <c>KILL</c>, <c>SIGKILL</c>, <c>SIGRTMIN+3</c>.</summary>
internal static class StopSignals
{
    public const int Term = 15;
    public const int Kill = 9;

    private const int RealTimeMin = 34;
    private const int RealTimeMax = 64;

    // Numbers of x86-64 and arm64 Linux, which are the same.
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
        "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number, or null when there is no such signal.</summary>
    public static int? Number(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number is > 0 and <= RealTimeMax ? number : null;
        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        var index = Array.IndexOf(Names, name);
        if (index > 0) return index;
        return name switch
        {
            "IOT" => 6,
            "CLD" => 17,
            "POLL" => 29,
            "RTMIN" => RealTimeMin,
            "RTMAX" => RealTimeMax,
            _ when name.StartsWith("RTMIN+", StringComparison.Ordinal) => Offset(name[6..], RealTimeMin, 1),
            _ when name.StartsWith("RTMAX-", StringComparison.Ordinal) => Offset(name[6..], RealTimeMax, -1),
            _ => null,
        };
    }

    private static int? Offset(string text, int start, int direction) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset <= RealTimeMax - RealTimeMin ? start + (direction * offset) : null;
}
