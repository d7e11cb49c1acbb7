using System.Globalization;

namespace Davit.Monitor.Protocol;

/// <summary>The file <c>monitor.state</c> in a container's run-time directory: what a new daemon must know when it finds no living monitor.</summary>
internal sealed record MonitorState
{
    internal const string FileName = "monitor.state", SocketName = "monitor.sock", SpecName = "spec.json", SpareExitName = "exit.spare";

    private const int CurrentVersion = 1, OldestVersion = 1;

    internal int MonitorPid { get; init; }

    internal int Pid { get; init; }

    /// <summary>Start of the container's first process in ticks of the kernel, so that a number used again is not mistaken for it.</summary>
    internal string PidStart { get; init; } = "";

    internal long StartedAt { get; init; }

    internal required string ExitFile { get; init; }

    internal string Write() =>
        $"davit-monitor {CurrentVersion}\nmonitor={MonitorPid}\npid={Pid}\npidstart={PidStart}\nstarted={StartedAt}\nexitfile={ExitFile}\nend\n";

    internal static MonitorState? TryRead(string runDirectory)
    {
        string text;
        try
        {
            text = File.ReadAllText(Path.Combine(runDirectory, FileName));
        }
        catch (IOException)
        {
            return null;
        }

        var lines = text.Split('\n');
        if (lines.Length < 3 || lines[^2] != "end" || !lines[0].StartsWith("davit-monitor ", StringComparison.Ordinal)
            || !int.TryParse(lines[0].AsSpan(14), out int version) || version is < OldestVersion or > CurrentVersion)
        {
            return null;
        }

        string Value(string key) => lines.FirstOrDefault(line => line.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..] ?? "";
        return new MonitorState
        {
            MonitorPid = int.TryParse(Value("monitor"), out int monitor) ? monitor : 0,
            Pid = int.TryParse(Value("pid"), out int pid) ? pid : 0,
            PidStart = Value("pidstart"),
            StartedAt = long.TryParse(Value("started"), NumberStyles.None, null, out long started) ? started : 0,
            ExitFile = Value("exitfile"),
        };
    }

    /// <summary>When a process began, in the kernel's ticks; empty when it is gone.</summary>
    internal static string StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return "";
        }
    }
}
