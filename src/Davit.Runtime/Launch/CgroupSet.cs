using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Davit.Runtime.Launch;

/// <summary>The cgroups of one container, as the monitor uses them: synchronous and without descriptors kept open.</summary>
/// <param name="directories">One directory a hierarchy, the one that counts memory first.</param>
public sealed unsafe class CgroupSet(IReadOnlyList<string> directories)
{
    private const int Rmdir = SystemCall.Rmdir;

    /// <summary>The directories.</summary>
    public IReadOnlyList<string> Directories { get; } = directories;

    /// <summary>How many processes the kernel has killed here for want of memory (memory.events; memory.oom_control on v1).</summary>
    public long OomKills()
    {
        if (Directories.Count == 0) return 0;
        foreach (var file in (string[])["memory.events", "memory.oom_control"])
        {
            var path = Path.Combine(Directories[0], file);
            if (!File.Exists(path)) continue;
            foreach (var line in File.ReadAllLines(path))
            {
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal)) return long.Parse(line.AsSpan(9), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>Process ids in the first hierarchy and its children.</summary>
    public IReadOnlyList<int> Processes()
    {
        var pids = new List<int>();
        if (Directories.Count > 0) Collect(Directories[0], pids);
        return pids;
    }

    /// <summary>True while a process is in it.</summary>
    public bool HasProcesses() => Processes().Count > 0;

    /// <summary>Sends SIGKILL to every process: cgroup.kill where there is one, else one after the other until none is new.</summary>
    public void KillAll()
    {
        if (Directories.Count == 0) return;
        var all = Path.Combine(Directories[0], "cgroup.kill");
        if (File.Exists(all))
        {
            File.WriteAllText(all, "1");
            return;
        }

        var killed = new HashSet<int>();
        while (true)
        {
            var fresh = Processes().Where(killed.Add).ToList();
            if (fresh.Count == 0) return;
            foreach (var pid in fresh) Kernel.Call(62, pid, 9);
        }
    }

    /// <summary>Removes the directories; those with processes stay.</summary>
    /// <returns>True when all are gone.</returns>
    public bool Remove()
    {
        var gone = true;
        foreach (var directory in Directories) gone &= RemoveDirectory(directory);
        return gone;
    }

    internal static bool RemoveDirectory(string directory)
    {
        Kernel.Prepare();
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + "\0"))
        {
            // SAFETY: zero-terminated and pinned for the call.
            if (Kernel.Call(Rmdir, (nint)path) >= 0) return true;
        }

        if (Kernel.Errno == 2) return true;
        if (Kernel.Errno != 16 || !Directory.Exists(directory)) return false;
        foreach (var child in Directory.GetDirectories(directory)) RemoveDirectory(child);
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + "\0")) return Kernel.Call(Rmdir, (nint)path) >= 0 || Kernel.Errno == 2;
    }

    private static void Collect(string directory, List<int> pids)
    {
        try
        {
            foreach (var line in File.ReadAllLines(Path.Combine(directory, "cgroup.procs"))) pids.Add(int.Parse(line, CultureInfo.InvariantCulture));
            foreach (var child in Directory.GetDirectories(directory)) Collect(child, pids);
        }
        catch (IOException)
        {
            // gone between the listing and the reading: nothing is in it
        }
    }
}
