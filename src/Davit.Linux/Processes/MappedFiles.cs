using System.Globalization;
using System.Runtime.InteropServices;

namespace Davit.Linux.Processes;

/// <summary>What this process has mapped of its executable and its libraries: much of it was needed once, at the start, and stays mapped for ever.</summary>
public static partial class MappedFiles
{
    private const int DontNeed = 4;

    /// <summary>
    /// Unmaps the pages of code and constants. They stay in the page cache; what is used again is mapped again, 16 pages a fault.
    /// Best effort: what the kernel refuses stays mapped. Source: madvise(2), MADV_DONTNEED; proc_pid_smaps(5).
    /// </summary>
    /// <returns>Bytes of the mappings that were let go.</returns>
    public static long Release()
    {
        long released = 0;
        var (start, end) = (0UL, 0UL);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (Header(line) is { } range)
            {
                (start, end) = range;
            }
            else if (end != 0 && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                // A page that was written, as relocations and breakpoints do, would come back from the file without what was written.
                if (line.AsSpan(10).Trim().SequenceEqual("0 kB") && Advise((nint)start, (nint)(end - start), DontNeed) == 0) released += (long)(end - start);
                end = 0;
            }
        }

        return released;
    }

    /// <summary>The range of a private mapping of a file that can't be written; (0, 0) for another mapping, null for a line that is no header.</summary>
    private static (ulong Start, ulong End)? Header(string line)
    {
        var dash = line.IndexOf('-', StringComparison.Ordinal);
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (dash <= 0 || space < dash || !ulong.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start)
            || !ulong.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var end)) return null;
        var fixedFile = line.AsSpan(space + 1, 4) is "r-xp" or "r--p" && line.Contains(" /", StringComparison.Ordinal);
        return fixedFile ? (start, end) : (0, 0);
    }

    // SAFETY: only ranges that smaps gave as unwritten, unwritable and backed by a file come here; the kernel maps the same bytes again on the next use.
    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nint length, int advice);
}
