using System.Globalization;

namespace Davit.Linux.Cgroups;

/// <summary>The small text files of control groups.</summary>
internal static class CgroupFile
{
    /// <summary>Whole text, empty when the file or the cgroup is not there.</summary>
    internal static string Read(string? directory, string file)
    {
        if (directory is null) return "";
        try
        {
            return File.ReadAllText($"{directory}/{file}").Trim();
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>A single number; 0 for <c>max</c>, or when it is not there.</summary>
    internal static long Number(string? directory, string file) => Parse(Read(directory, file));

    /// <summary>Lines of a name and a number.</summary>
    internal static Dictionary<string, long> Table(string? directory, string file)
    {
        var table = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Read(directory, file).Split('\n'))
        {
            var blank = line.IndexOf(' ');
            if (blank > 0) table[line[..blank]] = Parse(line[(blank + 1)..]);
        }

        return table;
    }

    internal static long Parse(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? (long)Math.Min(value, long.MaxValue) : 0;
}
