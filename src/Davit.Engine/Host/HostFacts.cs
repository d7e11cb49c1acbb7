using System.Globalization;
using System.Runtime.InteropServices;

namespace Davit.Engine.Host;

/// <summary>What the host is: kernel, distribution, memory, processors, cgroups. Read once where it can't change.</summary>
public sealed class HostFacts
{
    /// <summary>Reads the host.</summary>
    public HostFacts()
    {
        KernelVersion = ReadLine("/proc/sys/kernel/osrelease");
        HostName = ReadLine("/proc/sys/kernel/hostname");
        (OperatingSystem, OsVersion) = ReadRelease();
        MemoryTotal = ReadMemory();
        Controllers = ReadControllers();
        CgroupVersion = Controllers is null ? "2" : "1";
        HasAppArmor = ReadLine("/sys/module/apparmor/parameters/enabled") == "Y";
    }

    /// <summary>Kernel release.</summary>
    public string KernelVersion { get; }

    /// <summary>Name of the host.</summary>
    public string HostName { get; }

    /// <summary>Distribution, as it calls itself.</summary>
    public string OperatingSystem { get; }

    /// <summary>Version of the distribution.</summary>
    public string OsVersion { get; }

    /// <summary>Bytes of memory.</summary>
    public long MemoryTotal { get; }

    /// <summary>Processors that we may use.</summary>
    public int Processors { get; } = Environment.ProcessorCount;

    /// <summary><c>1</c> or <c>2</c>.</summary>
    public string CgroupVersion { get; }

    /// <summary>The kernel has AppArmor switched on.</summary>
    public bool HasAppArmor { get; }

    /// <summary>Machine, as <c>uname -m</c> says it.</summary>
    public string Machine { get; } = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";

    /// <summary>Architecture, as Go calls it.</summary>
    public string Architecture64 { get; } = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Whether the host forwards packets now.</summary>
    public bool ForwardsIPv4 => ReadLine("/proc/sys/net/ipv4/ip_forward") == "1";

    /// <summary>Cgroup v1 controllers that are switched on, or null on a pure cgroup v2 host.</summary>
    private IReadOnlySet<string>? Controllers { get; }

    /// <summary>Whether a limit of this controller can be set.</summary>
    public bool HasController(string name) => Controllers is { } first ? first.Contains(name) : ReadLine("/sys/fs/cgroup/cgroup.controllers").Split(' ').Contains(name);

    /// <summary>Open descriptors of this process.</summary>
    public static int OpenDescriptors => Directory.Exists("/proc/self/fd") ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : 0;

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static (string Name, string Version) ReadRelease()
    {
        string name = "", version = "";
        foreach (var line in ReadLine("/etc/os-release").Split('\n'))
        {
            if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal)) name = line[12..].Trim('"');
            if (line.StartsWith("VERSION_ID=", StringComparison.Ordinal)) version = line[11..].Trim('"');
        }

        return (name.Length > 0 ? name : "Linux", version);
    }

    private static long ReadMemory()
    {
        foreach (var line in ReadLine("/proc/meminfo").Split('\n'))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) return long.Parse(line[9..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        }

        return 0;
    }

    private static HashSet<string>? ReadControllers()
    {
        // on a cgroup v2 host every controller is in hierarchy 0
        var rows = ReadLine("/proc/cgroups").Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).Where(row => row.Length == 4).ToList();
        return rows.Any(row => row[1] != "0") ? [.. rows.Where(row => row[1] != "0" && row[3] == "1").Select(row => row[0])] : null;
    }
}
