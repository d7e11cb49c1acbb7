using System.Text;

namespace Davit.Linux.Mounts;

/// <summary>Reads mountinfo (proc(5)).</summary>
public static class MountTable
{
    /// <summary>Mounts of this process's namespace.</summary>
    public static IReadOnlyList<MountRecord> Read() => Parse(File.ReadLines("/proc/self/mountinfo"));

    /// <summary>Mounts of another process's namespace.</summary>
    public static IReadOnlyList<MountRecord> Read(int pid) => Parse(File.ReadLines($"/proc/{pid}/mountinfo"));

    internal static List<MountRecord> Parse(IEnumerable<string> lines)
    {
        var mounts = new List<MountRecord>();
        foreach (var line in lines)
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-", 6);
            if (dash < 0 || fields.Length < dash + 3) continue;
            mounts.Add(new()
            {
                Id = int.Parse(fields[0], null),
                Parent = int.Parse(fields[1], null),
                Root = Unescape(fields[3]),
                MountPoint = Unescape(fields[4]),
                Options = fields[5],
                Propagation = string.Join(' ', fields[6..dash]),
                FileSystem = fields[dash + 1],
                Source = Unescape(fields[dash + 2]),
                SuperOptions = dash + 3 < fields.Length ? fields[dash + 3] : "",
            });
        }

        return mounts;
    }

    /// <summary>Blanks, tabs, newlines and backslashes are octal there.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                plain.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
