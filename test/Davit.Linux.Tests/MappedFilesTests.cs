using Davit.Linux.Processes;

namespace Davit.Linux.Tests;

public sealed class MappedFilesTests
{
    [Fact]
    public void Released_code_is_no_longer_resident_and_still_runs()
    {
        var before = Resident();
        Assert.True(MappedFiles.Release() > 1 << 20);
        var after = Resident();
        Assert.True(after < before, $"{before} kB of mapped files before, {after} kB after");
        Assert.Equal(4, new[] { 1, 3 }.Sum());
    }

    /// <summary>Resident pages of files, kB.</summary>
    private static long Resident()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssFile:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(8, line.Length - 11), System.Globalization.CultureInfo.InvariantCulture);
    }
}
