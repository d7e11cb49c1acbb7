using System.Globalization;
using System.Text;
using Davit.Linux.Cgroups;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>events</c> command: what a container uses, once or from time to time, and when memory ran out; a line of JSON each.</summary>
internal static class EventsCommand
{
    private const int Readable = 1;

    internal static int Run(OciContainers containers, OptionSet options)
    {
        var interval = Interval(options.Value("interval") ?? "5s");
        var id = options.Rest[0];
        var state = containers.Directory.Read(id);
        if (!ContainerDirectory.IsAlive(state)) throw new DavitException(ErrorKind.FailedPrecondition, $"container with id {id} is not running");
        if (state.Cgroup.Length == 0) throw new DavitException(ErrorKind.FailedPrecondition, $"container {id} has no cgroup, which would count what it uses");
        void Stats() => OciProgram.Print(EventDocument.Stats(id, CgroupCounters.Read(containers.Host.Cgroups, state.Cgroup), containers.Host.Cgroups, state.Cgroup));
        if (options.Has("stats"))
        {
            Stats();
            return 0;
        }

        var killed = Killed(state);
        while (!Wait(state, interval))
        {
            killed = Tell(id, killed, Killed(state));
            Stats();
        }

        Tell(id, killed, Killed(state));
        return 0;
    }

    /// <summary>A span as Go writes it: <c>500ms</c>, <c>5s</c>, <c>1m30s</c>.</summary>
    internal static TimeSpan Interval(string text)
    {
        var total = TimeSpan.Zero;
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
            var unit = i;
            while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
            var seconds = text[unit..i] switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, "us" => 0.000001, _ => 0.0 };
            if (seconds == 0 || i == start || !double.TryParse(text.AsSpan(start, unit - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) throw Wrong(text);
            total += TimeSpan.FromSeconds(number * seconds);
        }

        return total > TimeSpan.Zero ? total : throw new DavitException(ErrorKind.InvalidArgument, "duration interval must be greater than 0");
    }

    private static int Tell(string id, long before, long now)
    {
        for (var i = before; i < now; i++) OciProgram.Print($"{{\"type\":\"oom\",\"id\":\"{id}\"}}\n");
        return (int)now;
    }

    /// <summary>How many processes the kernel killed for want of memory.</summary>
    private static long Killed(StateRecord state)
    {
        foreach (var file in (ReadOnlySpan<string>)["memory.events", "memory.oom_control"])
        {
            var path = $"{state.CgroupDirectories[0]}/{file}";
            if (!File.Exists(path)) continue;
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal)) return long.Parse(line.AsSpan("oom_kill ".Length), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>Waits for the end of the container, or for the time to pass.</summary>
    /// <returns>True at the end.</returns>
    private static unsafe bool Wait(StateRecord state, TimeSpan interval)
    {
        var pidFd = (int)LifecycleLibc.Call(SystemCall.PidfdOpen, state.Pid, 0, 0, 0);
        if (pidFd < 0 || !ContainerDirectory.IsAlive(state)) return true;
        var entry = new LifecycleLibc.PollEntry { Fd = pidFd, Events = Readable };

        // SAFETY: one entry of this frame.
        var ended = LifecycleLibc.Poll(&entry, 1, (int)Math.Min(interval.TotalMilliseconds, int.MaxValue)) > 0;
        LifecycleLibc.Close(pidFd);
        return ended;
    }

    private static DavitException Wrong(string text) => new(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for flag -interval: parse error", "write it as 500ms, 5s or 1m");
}
