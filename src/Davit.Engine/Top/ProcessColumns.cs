using System.Globalization;
using Davit.Primitives;

namespace Davit.Engine.Top;

/// <summary>Columns of ps(1).</summary>
internal static class ProcessColumns
{
    private static readonly Dictionary<string, ProcessColumn> Known = new(StringComparer.Ordinal)
    {
        ["pid"] = new("PID", process => Text(process.Pid)),
        ["ppid"] = new("PPID", process => Text(process.ParentPid)),
        ["pgid"] = new("PGID", process => Text(process.Group)),
        ["pgrp"] = new("PGRP", process => Text(process.Group)),
        ["sid"] = new("SID", process => Text(process.Session)),
        ["sess"] = new("SESS", process => Text(process.Session)),
        ["uid"] = new("UID", process => Text(process.Uid)),
        ["user"] = new("USER", process => HostUsers.Name(process.Uid)),
        ["comm"] = new("COMMAND", process => process.Name),
        ["ucmd"] = new("CMD", process => process.Name),
        ["args"] = new("COMMAND", process => process.CommandLine),
        ["command"] = new("COMMAND", process => process.CommandLine),
        ["cmd"] = new("CMD", process => process.CommandLine),
        ["tty"] = new("TT", Terminal),
        ["tt"] = new("TT", Terminal),
        ["tname"] = new("TTY", Terminal),
        ["stat"] = new("STAT", Status),
        ["state"] = new("S", process => process.State.ToString()),
        ["s"] = new("S", process => process.State.ToString()),
        ["time"] = new("TIME", process => Clock(process.CpuTime)),
        ["cputime"] = new("TIME", process => Clock(process.CpuTime)),
        ["etime"] = new("ELAPSED", process => Elapsed(process.Age)),
        ["etimes"] = new("ELAPSED", process => Text((long)process.Age.TotalSeconds)),
        ["pcpu"] = new("%CPU", Percent),
        ["%cpu"] = new("%CPU", Percent),
        ["pmem"] = new("%MEM", MemoryPercent),
        ["%mem"] = new("%MEM", MemoryPercent),
        ["vsz"] = new("VSZ", process => Text(process.VirtualKiB)),
        ["rss"] = new("RSS", process => Text(process.ResidentKiB)),
        ["ni"] = new("NI", process => Text(process.Nice)),
        ["nice"] = new("NI", process => Text(process.Nice)),
        ["nlwp"] = new("NLWP", process => Text(process.Threads)),
        ["thcount"] = new("THCNT", process => Text(process.Threads)),
    };

    private static readonly ProcessColumn[] Full =
    [
        new("UID", process => HostUsers.Name(process.Uid)), Known["pid"], Known["ppid"], new("C", process => Text((long)Usage(process))),
        new("STIME", Started), new("TTY", Terminal), Known["time"], Known["cmd"],
    ];

    private static readonly ProcessColumn[] Aux =
    [
        Known["user"], Known["pid"], Known["%cpu"], Known["%mem"], Known["vsz"], Known["rss"], new("TTY", Terminal), Known["stat"],
        new("START", Started), new("TIME", process => string.Create(CultureInfo.InvariantCulture, $"{(int)process.CpuTime.TotalMinutes}:{process.CpuTime.Seconds:D2}")), Known["args"],
    ];

    /// <exception cref="DavitException">InvalidArgument, naming the argument.</exception>
    public static IReadOnlyList<ProcessColumn> Parse(string? arguments)
    {
        var words = (arguments ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<ProcessColumn>? columns = null;
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word is "-o" or "-eo" or "o" or "-Ao" or "--format" or "axo" or "-axo" or "-efo")
            {
                if (++i == words.Length) throw Unknown(word);
                columns = [.. columns ?? [], .. List(words[i])];
            }
            else if (word.StartsWith("-o", StringComparison.Ordinal)) columns = [.. columns ?? [], .. List(word[2..])];
            else if (word is "-eo" || word.StartsWith("-eo", StringComparison.Ordinal)) columns = [.. columns ?? [], .. List(word[3..])];
            else if (word is "aux" or "-aux" or "axu" or "u" or "auxww" or "auxw") columns = Aux;
            else if (word is "-ef" or "-f" or "-efww" or "-eF" or "ef") columns ??= Full;
            else if (word is "-e" or "-A" or "ax" or "a" or "-a" or "x" or "-w" or "-ww" or "ww" or "w") columns ??= words.Length == 1 ? [Known["pid"], new("TTY", Terminal), Known["time"], Known["ucmd"]] : null;
            else throw Unknown(word);
        }

        return columns ?? Full;
    }

    private static IEnumerable<ProcessColumn> List(string list)
    {
        foreach (var item in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? item : item[..equals];
            if (!Known.TryGetValue(name.ToLowerInvariant(), out var column)) throw new DavitException(ErrorKind.InvalidArgument, $"ps: error: unknown user-defined format specifier \"{name}\"");
            yield return equals < 0 ? column : column with { Title = item[(equals + 1)..] };
        }
    }

    private static DavitException Unknown(string word) => new(ErrorKind.InvalidArgument, $"error getting ps output: unknown argument \"{word}\"", "use -ef, aux, or -o with a list of columns");

    private static double Usage(ProcessRecord process) => process.Age.TotalSeconds < 1 ? 0 : process.CpuTime.TotalSeconds * 100 / process.Age.TotalSeconds;

    private static string Percent(ProcessRecord process) => Usage(process).ToString("F1", CultureInfo.InvariantCulture);

    private static string MemoryPercent(ProcessRecord process) => (process.ResidentKiB * 1024 * 100.0 / GC.GetGCMemoryInfo().TotalAvailableMemoryBytes).ToString("F1", CultureInfo.InvariantCulture);

    private static string Status(ProcessRecord process) => process.State + (process.Nice < 0 ? "<" : process.Nice > 0 ? "N" : "") + (process.Session == process.Pid ? "s" : "") + (process.Threads > 1 ? "l" : "");

    /// <summary>A device number as ps names it: pts/3.</summary>
    private static string Terminal(ProcessRecord process)
    {
        if (process.Terminal == 0) return "?";
        var (major, minor) = ((process.Terminal >> 8) & 0xFFF, (process.Terminal & 0xFF) | ((process.Terminal >> 12) & 0xFFF00));
        return major switch { >= 136 and <= 143 => $"pts/{minor + ((major - 136) << 8)}", 4 => $"tty{minor}", _ => "?" };
    }

    private static string Started(ProcessRecord process)
    {
        var started = TimeProvider.System.GetLocalNow() - process.Age;
        return started.ToString(process.Age.TotalHours < 24 ? "HH:mm" : "MMMdd", CultureInfo.InvariantCulture);
    }

    private static string Clock(TimeSpan time) => (time.Days > 0 ? $"{time.Days}-" : "") + time.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture);

    private static string Elapsed(TimeSpan time) =>
        (time.Days > 0 ? $"{time.Days}-" : "") + time.ToString(time.TotalHours >= 1 ? "hh\\:mm\\:ss" : "mm\\:ss", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
