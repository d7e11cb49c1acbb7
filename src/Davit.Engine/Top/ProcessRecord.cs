using System.Globalization;
using System.Text;

namespace Davit.Engine.Top;

/// <summary>A process as /proc shows it.</summary>
internal sealed record ProcessRecord
{
    // USER_HZ, the unit of /proc/PID/stat, is 100 on every architecture that matters.
    private const int TicksPerSecond = 100;

    public int Pid { get; private init; }

    public int ParentPid { get; private init; }

    public int Group { get; private init; }

    public int Session { get; private init; }

    public char State { get; private init; }

    public string Name { get; private init; } = "";

    public string CommandLine { get; private init; } = "";

    public uint Uid { get; private init; }

    public int Terminal { get; private init; }

    public TimeSpan CpuTime { get; private init; }

    public TimeSpan Age { get; private init; }

    public int Nice { get; private init; }

    public int Threads { get; private init; }

    public long VirtualKiB { get; private init; }

    public long ResidentKiB { get; private init; }

    /// <summary>Reads a process; null when it is gone.</summary>
    public static ProcessRecord? TryRead(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var close = stat.LastIndexOf(')');
            var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..close];
            var fields = stat[(close + 2)..].Split(' ');
            var uid = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            var command = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).TrimEnd('\0').Replace('\0', ' ');
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            return new ProcessRecord
            {
                Pid = pid,
                Name = name,
                CommandLine = command.Length > 0 ? command : $"[{name}]",
                State = fields[0][0],
                ParentPid = Number(fields[1]),
                Group = Number(fields[2]),
                Session = Number(fields[3]),
                Terminal = Number(fields[4]),
                CpuTime = TimeSpan.FromSeconds((Long(fields[11]) + Long(fields[12])) / TicksPerSecond),
                Nice = Number(fields[16]),
                Threads = Number(fields[17]),
                Age = TimeSpan.FromSeconds(Math.Max(0, uptime - (Long(fields[19]) / (double)TicksPerSecond))),
                VirtualKiB = Long(fields[20]) / 1024,
                ResidentKiB = Long(fields[21]) * Environment.SystemPageSize / 1024,
                Uid = uint.Parse(uid, CultureInfo.InvariantCulture),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
