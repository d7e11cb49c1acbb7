using System.Diagnostics;

namespace Davit.Testing;

/// <summary>Finds what a daemon left on the machine.</summary>
public static class Leftovers
{
    /// <summary>Mounts, processes, interfaces, firewall tables, cgroups and run-time files of a daemon that has been told to remove everything.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(TestDaemon daemon)
    {
        var left = new List<string>();
        left.AddRange(File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(daemon.Directory, StringComparison.Ordinal)).Select(line => "mount " + line.Split(' ')[4]));
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                var line = CommandLine(process.Id);
                if (line.Contains(daemon.Directory, StringComparison.Ordinal)) left.Add($"process {process.Id} {line}");
            }
        }

        var links = (await Command.RunAsync("ip", ["-o", "link"])).Output;
        left.AddRange(links.Split('\n').Select(line => line.Split(": ")).Where(parts => parts.Length > 1 && parts[1].StartsWith(daemon.Prefix, StringComparison.Ordinal)).Select(parts => "interface " + parts[1]));
        var tables = await Peers.RunAsync(["nft", "list", "tables"]);
        left.AddRange(tables.Output.Split('\n').Where(line => line.EndsWith(" davit-" + daemon.Name, StringComparison.Ordinal)).Select(line => "firewall " + line));
        foreach (var hierarchy in Directory.Exists("/sys/fs/cgroup/cgroup.procs") ? ["/sys/fs/cgroup"] : Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
        {
            left.AddRange(Directory.GetDirectories(hierarchy, $"davit-{daemon.Name}*").Select(path => "cgroup " + path));
        }

        if (Directory.Exists(daemon.RunRoot)) left.AddRange(Directory.EnumerateFileSystemEntries(daemon.RunRoot).Append(daemon.RunRoot).Select(path => "file " + path));
        return left;
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
