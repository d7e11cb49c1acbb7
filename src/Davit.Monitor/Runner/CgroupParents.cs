using Davit.Linux.Cgroups;

namespace Davit.Monitor.Runner;

/// <summary>
/// Makes the cgroups above a container's before its monitor does. Monitors work side by side: one could find a cpuset that another has made and not
/// yet filled, or that a killed one never filled, and its container would get no processors.
/// </summary>
internal sealed class CgroupParents(CgroupHierarchies hierarchies)
{
    private readonly Lock _gate = new();

    internal void Ensure(string cgroupsPath)
    {
        var parts = cgroupsPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (controllers, mount) in hierarchies.Version1)
        {
            if (!controllers.Contains("cpuset"))
            {
                continue;
            }

            lock (_gate)
            {
                var directory = mount;
                foreach (var part in parts.AsSpan(0, Math.Max(0, parts.Length - 1)))
                {
                    var parent = directory;
                    directory = Path.Combine(parent, part);
                    Directory.CreateDirectory(directory);
                    Fill(parent, directory, "cpuset.cpus");
                    Fill(parent, directory, "cpuset.mems");
                }
            }
        }
    }

    private static void Fill(string parent, string directory, string file)
    {
        var path = Path.Combine(directory, file);
        if (string.IsNullOrWhiteSpace(File.ReadAllText(path)))
        {
            File.WriteAllText(path, File.ReadAllText(Path.Combine(parent, file)).Trim());
        }
    }
}
