using System.Globalization;
using Davit.Primitives;

namespace Davit.Engine.Resources;

/// <summary>Files of cgroups.</summary>
internal static class CgroupFile
{
    /// <exception cref="DavitException">InvalidArgument: the kernel refuses the value.</exception>
    public static void Write(string? directory, string file, string value)
    {
        if (directory is null) throw new DavitException(ErrorKind.InvalidArgument, $"the kernel has no cgroup controller with {file}");
        try
        {
            File.WriteAllText(Path.Combine(directory, file), value);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"failed to write {value} to {file}: {error.Message}", inner: error);
        }
    }

    /// <summary>A single number; <c>max</c> and a missing file are null.</summary>
    public static long? Number(string? directory, string file)
    {
        if (directory is null) return null;
        var path = Path.Combine(directory, file);
        return File.Exists(path) && ulong.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number > long.MaxValue ? long.MaxValue : (long)number : null;
    }

    /// <summary>Lines of <c>name number</c>.</summary>
    public static Dictionary<string, long> Table(string? directory, string file)
    {
        var table = new Dictionary<string, long>(StringComparer.Ordinal);
        if (directory is null || !File.Exists(Path.Combine(directory, file))) return table;
        foreach (var line in File.ReadLines(Path.Combine(directory, file)))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && ulong.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) table[line[..space]] = number > long.MaxValue ? long.MaxValue : (long)number;
        }

        return table;
    }

    /// <summary>Bytes of memory of the machine: the limit of what has none.</summary>
    public static long MachineMemory()
    {
        var line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.Parse(line[9..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
