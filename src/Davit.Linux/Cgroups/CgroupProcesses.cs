using System.Globalization;
using Davit.Linux.Native;

namespace Davit.Linux.Cgroups;

/// <summary>Processes of a cgroup, and its end.</summary>
public static class CgroupProcesses
{
    private const int Attempts = 2000;

    /// <summary>Process ids in a cgroup and the cgroups inside it; none when it is gone.</summary>
    public static IReadOnlyList<int> List(string directory)
    {
        var pids = new List<int>();
        Collect(directory, pids);
        return pids;
    }

    /// <summary>Whether a cgroup or one inside it has a process.</summary>
    public static bool Any(string directory) => List(directory).Count > 0;

    /// <summary>Sends SIGKILL to every process: cgroup.kill where there is one, else one after the other until none is new.</summary>
    public static void KillAll(string directory)
    {
        if (File.Exists(directory + "/cgroup.kill"))
        {
            try
            {
                File.WriteAllText(directory + "/cgroup.kill", "1");
            }
            catch (IOException)
            {
                // gone
            }

            return;
        }

        // who was killed makes no more children, so a round without a new one was the last
        var killed = new HashSet<int>();
        while (true)
        {
            var fresh = List(directory).Where(killed.Add).ToList();
            if (fresh.Count == 0) return;
            foreach (var pid in fresh) Libc.Kill(pid, 9);
        }
    }

    /// <summary>Removes a cgroup with those inside it, unless it has processes.</summary>
    /// <returns>True when it is gone.</returns>
    public static bool TryRemove(string directory) => TryRemove(directory, out _);

    /// <summary>Removes a cgroup with those inside it; waits for processes that are on their way out.</summary>
    /// <returns>False when it is still in use after two seconds.</returns>
    public static bool Remove(string directory)
    {
        for (var round = 0; round < Attempts; round++)
        {
            if (TryRemove(directory, out var errno)) return true;
            if (errno is not (Errno.EBUSY or Errno.EINTR)) return false;
            Nap(round);
        }

        return false;
    }

    private static bool TryRemove(string directory, out Errno errno)
    {
        if (IsGone(directory, out errno)) return true;
        if (errno != Errno.EBUSY) return false;
        foreach (var inner in Inner(directory)) TryRemove(inner, out _);
        return IsGone(directory, out errno);
    }

    private static bool IsGone(string directory, out Errno errno)
    {
        errno = Libc.Rmdir(directory) == 0 ? Errno.None : (Errno)System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        return errno is Errno.None or Errno.ENOENT;
    }

    private static void Collect(string directory, List<int> pids)
    {
        try
        {
            foreach (var line in File.ReadLines(directory + "/cgroup.procs")) pids.Add(int.Parse(line, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return; // gone, or a threaded cgroup of version 2 that lists none
        }

        foreach (var inner in Inner(directory)) Collect(inner, pids);
    }

    private static string[] Inner(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Version 1 tells nobody when a cgroup becomes empty: a look every so often, at most a millisecond apart.</summary>
    private static void Nap(int round) => Libc.Poll(0, 0, round < 3 ? 0 : 1);
}
