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

    /// <summary>Kills every process, also those that are born meanwhile.</summary>
    public static void KillAll(string directory)
    {
        if (File.Exists(directory + "/cgroup.kill"))
        {
            try
            {
                File.WriteAllText(directory + "/cgroup.kill", "1");
                return;
            }
            catch (IOException)
            {
                return; // gone
            }
        }

        for (var round = 0; round < Attempts; round++)
        {
            var pids = List(directory);
            if (pids.Count == 0) return;
            foreach (var pid in pids) Libc.Kill(pid, 9);
            Nap(round);
        }
    }

    /// <summary>Removes a cgroup with those inside it; waits for processes that are on their way out.</summary>
    /// <returns>False when it is still in use after two seconds.</returns>
    public static bool Remove(string directory)
    {
        for (var round = 0; round < Attempts; round++)
        {
            if (Libc.Rmdir(directory) == 0) return true;
            var errno = (Errno)System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            if (errno == Errno.ENOENT) return true;
            if (errno is not (Errno.EBUSY or Errno.EINTR)) return false;
            foreach (var inner in Inner(directory)) Remove(inner);
            Nap(round);
        }

        return false;
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
