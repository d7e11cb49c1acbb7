using System.Text;
using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Zygote;

/// <summary>
/// The cgroup of zygote and monitors, beside the daemon's and the containers', in every hierarchy: stopping or limiting either must not touch them.
/// Placement is best effort: a hierarchy that refuses leaves them where they are.
/// </summary>
internal static unsafe class MonitorCgroup
{
    /// <summary>Moves this process; what it starts stays there.</summary>
    internal static void Join(string name)
    {
        foreach (var root in Hierarchies())
        {
            var directory = $"{root}/{name}";
            if (Sys.MakeDirectory(directory, 0x1ed) == 0)
            {
                // A v1 cpuset takes nobody before it has processors and memory nodes.
                Copy($"{root}/cpuset.cpus", $"{directory}/cpuset.cpus");
                Copy($"{root}/cpuset.mems", $"{directory}/cpuset.mems");
            }

            Write($"{directory}/cgroup.procs", "0"u8);
        }
    }

    /// <summary>Goes back to the top and removes the cgroup, unless monitors are left in it.</summary>
    internal static void Leave(string name)
    {
        foreach (var root in Hierarchies())
        {
            Write($"{root}/cgroup.procs", "0"u8);
            Sys.RemoveDirectory($"{root}/{name}");
        }
    }

    /// <summary>Removes the cgroup from outside; false while somebody is in it.</summary>
    internal static bool TryRemove(string name)
    {
        bool gone = true;
        foreach (var root in Hierarchies())
        {
            gone &= Sys.RemoveDirectory($"{root}/{name}") == 0 || Sys.Errno == (int)Errno.ENOENT;
        }

        return gone;
    }

    private static List<string> Hierarchies()
    {
        var roots = new List<string>();
        foreach (var line in File.ReadAllLines("/proc/self/mountinfo"))
        {
            int separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
            if (separator > 0)
            {
                roots.Add(line.Split(' ')[4]);
            }
        }

        return roots;
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Write(to, Encoding.ASCII.GetBytes(File.ReadAllText(from).Trim()));
        }
    }

    private static void Write(string path, ReadOnlySpan<byte> text)
    {
        int fd = Sys.Open(path, Sys.OWrite | Sys.OCloexec);
        if (fd >= 0)
        {
            fixed (byte* bytes = text)
            {
                // SAFETY: fixed, and that long.
                Sys.Write(fd, bytes, text.Length);
            }

            Sys.Close(fd);
        }
    }
}
