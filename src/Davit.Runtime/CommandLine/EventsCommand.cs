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

        using var notices = new OomNotices(state.CgroupDirectories[0]);
        var next = Environment.TickCount64 + (long)interval.TotalMilliseconds;
        while (Wait(state, notices, next))
        {
            Tell(id, notices);
            if (Environment.TickCount64 < next) continue;
            Stats();
            next += (long)interval.TotalMilliseconds;
        }

        Tell(id, notices);
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

    private static void Tell(string id, OomNotices notices)
    {
        for (var left = notices.Take(); left > 0; left--) OciProgram.Print($"{{\"type\":\"oom\",\"id\":\"{id}\"}}\n");
    }

    /// <summary>Waits for the end of the container, for want of memory, or until a moment.</summary>
    /// <returns>False at the end.</returns>
    private static unsafe bool Wait(StateRecord state, OomNotices notices, long until)
    {
        var pidFd = (int)LifecycleLibc.Call(SystemCall.PidfdOpen, state.Pid, 0, 0, 0);
        if (pidFd < 0) return false;
        try
        {
            if (!ContainerDirectory.IsAlive(state)) return false;
            var entries = stackalloc LifecycleLibc.PollEntry[2];
            entries[0] = new() { Fd = pidFd, Events = Readable };
            entries[1] = new() { Fd = notices.Descriptor, Events = notices.Events };

            // SAFETY: two entries of this frame.
            LifecycleLibc.Poll(entries, 2, (int)Math.Clamp(until - Environment.TickCount64, 0, int.MaxValue));
            return entries[0].Results == 0;
        }
        finally
        {
            LifecycleLibc.Close(pidFd);
        }
    }

    private static DavitException Wrong(string text) => new(ErrorKind.InvalidArgument, $"invalid value \"{text}\" for flag -interval: parse error", "write it as 500ms, 5s or 1m");
}
