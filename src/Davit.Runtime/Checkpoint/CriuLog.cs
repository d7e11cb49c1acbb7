namespace Davit.Runtime.Checkpoint;

/// <summary>Finds the reason of a failure in what CRIU wrote.</summary>
internal static class CriuLog
{
    private const int MostReasons = 4;

    /// <summary>Says why something failed, out of CRIU's log.</summary>
    internal static string Reason(string path)
    {
        try
        {
            return Errors(File.ReadLines(path)) is { Length: > 0 } errors ? $"{errors} (criu's log is {path})" : $"criu's log is {path}";
        }
        catch (IOException)
        {
            return "criu wrote no log";
        }
    }

    /// <summary>The lines that are errors, without where in CRIU's source they come from and without those that only say that all has failed.</summary>
    internal static string Errors(IEnumerable<string> lines)
    {
        var reasons = new List<string>();
        foreach (var line in lines)
        {
            var at = line.IndexOf("Error (", StringComparison.Ordinal);
            if (at < 0) continue;
            var end = line.IndexOf("): ", at, StringComparison.Ordinal);
            var text = (end < 0 ? line[at..] : line[(end + 3)..]).Trim();

            // raising its own limits fails without CAP_SYS_RESOURCE, and doesn't matter
            if (text.StartsWith("rlimit: Can't setup RLIMIT_NOFILE", StringComparison.Ordinal) || text.EndsWith("FAILED.", StringComparison.Ordinal) || text.StartsWith("exited, status=", StringComparison.Ordinal)) continue;
            if (reasons.Count < MostReasons && !reasons.Contains(text)) reasons.Add(text);
        }

        return string.Join("; ", reasons);
    }
}
