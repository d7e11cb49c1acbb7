using System.Globalization;

namespace Davit.Linux.Cgroups;

/// <summary>The cgroups of one container in all hierarchies. Waits for nothing and keeps no descriptor open.</summary>
/// <param name="directories">One directory a hierarchy, the one that counts memory first.</param>
public sealed class CgroupSet(IReadOnlyList<string> directories)
{
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
    public IReadOnlyList<int> Processes() => Directories.Count == 0 ? [] : CgroupProcesses.List(Directories[0]);

    /// <summary>Sends SIGKILL to every process.</summary>
    public void KillAll()
    {
        if (Directories.Count > 0) CgroupProcesses.KillAll(Directories[0]);
    }

    /// <summary>Removes the directories; those with processes stay.</summary>
    /// <returns>True when all are gone.</returns>
    public bool TryRemove()
    {
        var gone = true;
        foreach (var directory in Directories) gone &= CgroupProcesses.TryRemove(directory);
        return gone;
    }
}
