using System.Text;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;

namespace Davit.Monitor.Zygote;

/// <summary>
/// The program <c>davit-monitor</c>. davitd runs <c>launch-zygote</c>, which seals a copy of the executable, starts <c>zygote</c> from it and ends;
/// <c>launch-monitor</c> and <c>monitor</c> do the same for one container without the zygote. Every process carries the run root on its command line.
/// </summary>
public static class MonitorProgram
{
    /// <summary>Name of the zygote's socket in the run root.</summary>
    internal const string SocketName = "zygote.sock", LogName = "monitors.log";

    /// <summary>Runs one of its parts; returns the exit code.</summary>
    public static int Run(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                ["launch-zygote", var runRoot, var cgroup] => LaunchZygote(runRoot, cgroup),
                ["zygote", var runRoot, var cgroup, var build] => Zygote(runRoot, cgroup, long.Parse(build)),
                ["launch-monitor", var runRoot, var cgroup, var descriptors] => LaunchMonitor(runRoot, cgroup, int.Parse(descriptors)),
                ["monitor", _, var descriptors] => Monitor(int.Parse(descriptors)),
                ["--version"] => Print($"davit-monitor {typeof(MonitorProgram).Assembly.GetName().Version?.ToString(3)}"),
                _ => Usage(),
            };
        }
        catch (Exception e)
        {
            Complain($"davit-monitor {string.Join(' ', arguments)}: {e.Message}");
            return 1;
        }
    }

    private static int LaunchZygote(string runRoot, string cgroup)
    {
        Directory.CreateDirectory(runRoot);
        var self = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)!.FullName;
        var socket = Path.Combine(runRoot, SocketName);
        // Bound under another name first: whoever sees the name can connect.
        var temporary = $"{socket}.{Sys.ProcessId()}";
        Sys.Unlink(temporary);
        int listener = PacketSocket.Listen(temporary, 512);
        MonitorCgroup.Join(cgroup);
        Spawn(runRoot, ["davit-monitor", "zygote", runRoot, cgroup, BuildIdentity.Of(self).ToString()], [listener]);
        Sys.Rename(temporary, socket);
        return 0;
    }

    private static int Zygote(string runRoot, string cgroup, long build)
    {
        ProcessName.Set("davit-zygote");
        Prepare();
        Sys.Control(3, 2, 1);
        new ZygoteProcess(Path.Combine(runRoot, SocketName), 3, build).Run();
        MonitorCgroup.Leave(cgroup);
        return 0;
    }

    private static int LaunchMonitor(string runRoot, string cgroup, int descriptors)
    {
        MonitorCgroup.Join(cgroup);
        Spawn(runRoot, ["davit-monitor", "monitor", runRoot, descriptors.ToString()], [.. Enumerable.Range(3, descriptors)]);
        return 0;
    }

    private static int Monitor(int descriptors)
    {
        Prepare();
        for (int i = 0; i < descriptors; i++)
        {
            Sys.Control(3 + i, 2, 1);
        }

        Prewarm.Run();
        new FinalizerThread().Quiesce();
        Greet(3);
        ContainerMonitor.Run(3, 4, [.. Enumerable.Range(5, descriptors - 2)]);
        Sys.ExitNow(0);
        return 0;
    }

    /// <summary>Tells the starter whom to kill when it loses patience, as the zygote does for those it forks.</summary>
    private static unsafe void Greet(int starter)
    {
        MessageHead head = new() { Type = MessageType.Forked, Version = MessageHead.CurrentVersion, Value = Sys.ProcessId() };
        // SAFETY: the head lives on this frame.
        PacketSocket.Send(starter, (byte*)&head, MessageHead.Size, null, 0, null, 0, Sys.MsgDontWait);
    }

    private static void Spawn(string runRoot, string[] arguments, int[] descriptors)
    {
        int image = SealedImage.Create();
        ProcessSpawn.Start($"/proc/self/fd/{image}", arguments, descriptors, Path.Combine(runRoot, LogName));
    }

    private static unsafe void Prepare()
    {
        Sys.FileMask(0x12);
        ulong* ignore = stackalloc ulong[4];
        ignore[0] = 1;
        ignore[1] = ignore[2] = ignore[3] = 0;
        // SAFETY: the kernel's struct sigaction is 32 bytes, its first word SIG_IGN. rt_sigaction is call 13; SIGPIPE 13, SIGHUP 1.
        Sys.Syscall(13, 13, (nint)ignore, 0, 8, 0, 0);
        Sys.Syscall(13, 1, (nint)ignore, 0, 8, 0, 0);
    }

    private static int Usage()
    {
        Complain("davit-monitor is started by davitd; it has no use of its own");
        return 2;
    }

    private static void Complain(string text) => ErrorLog.Write(text);

    private static unsafe int Print(string text)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text + "\n"))
        {
            // SAFETY: fixed, and that long.
            Sys.Write(1, bytes, Encoding.UTF8.GetByteCount(text) + 1);
        }

        return 0;
    }
}
