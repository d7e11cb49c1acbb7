using System.Globalization;
using System.Text;

namespace Davit.Monitor.Runner;

/// <summary>The exit record that a monitor leaves: lines <c>key=value</c> under a line with the version.</summary>
public static class ExitRecord
{
    private const int CurrentVersion = 1, OldestVersion = 1;

    /// <summary>Reads a record; null when there is none, or only a torn one.</summary>
    public static ContainerExit? TryRead(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static string Write(ContainerExit exit)
    {
        long finished = (exit.FinishedAt - DateTimeOffset.UnixEpoch).Ticks;
        return $"davit-exit {CurrentVersion}\nexit={exit.ExitCode}\nsignal={exit.Signal}\noom={(exit.OomKilled ? 1 : 0)}\nfinished={finished}\nerror={exit.Error.ReplaceLineEndings(" ")}\nend\n";
    }

    internal static ContainerExit? Parse(string text)
    {
        var lines = text.Split('\n');
        // The last line proves that the record is whole.
        if (lines.Length < 3 || lines[^2] != "end" || !lines[0].StartsWith("davit-exit ", StringComparison.Ordinal)
            || !int.TryParse(lines[0].AsSpan(11), out int version) || version is < OldestVersion or > CurrentVersion)
        {
            return null;
        }

        var values = new Dictionary<string, string>();
        foreach (var line in lines.AsSpan(1))
        {
            int equals = line.IndexOf('=');
            if (equals > 0)
            {
                values[line[..equals]] = line[(equals + 1)..];
            }
        }

        long Number(string key) => values.TryGetValue(key, out var value) && long.TryParse(value, NumberStyles.AllowLeadingSign, null, out long number) ? number : 0;
        return new ContainerExit
        {
            ExitCode = (int)Number("exit"),
            Signal = (int)Number("signal"),
            OomKilled = Number("oom") != 0,
            FinishedAt = DateTimeOffset.UnixEpoch.AddTicks(Number("finished")),
            Error = values.GetValueOrDefault("error", ""),
        };
    }

    internal static byte[] Bytes(ContainerExit exit) => Encoding.UTF8.GetBytes(Write(exit));
}
