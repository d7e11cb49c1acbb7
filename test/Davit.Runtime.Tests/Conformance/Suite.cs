using System.Runtime.CompilerServices;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>Runs a test of the suite on the runtime that DAVIT_TEST_RUNTIME names: davit-oci, runc or crun.</summary>
internal static class Suite
{
    /// <summary>Name of the runtime under test.</summary>
    internal static string Runtime { get; } = Path.GetFileName(Environment.GetEnvironmentVariable("DAVIT_TEST_RUNTIME") is { Length: > 0 } given ? given : "davit-oci");

    internal static bool IsOurs => Runtime == "davit-oci";

    /// <summary>True on a host with cgroup version 2 alone.</summary>
    internal static bool Unified { get; } = File.Exists("/sys/fs/cgroup/cgroup.controllers");

    /// <summary>Runs the test on a bundle of its own. Where a difference of the runtime is listed the test must fail.</summary>
    internal static async Task CheckAsync(Func<OciBundle, Task> test, string? row = null, [CallerMemberName] string name = "")
    {
        var key = row is null ? name : $"{name}({row})";
        var difference = Differences.All.FirstOrDefault(d => d.Test == key && d.Runtime == Runtime);
        Assert.SkipWhen(difference is { Hangs: true }, $"{Runtime} {difference?.Does}");
        try
        {
            await using var bundle = new OciBundle();
            await test(bundle);
        }
        catch (Exception e) when (difference is not null && !e.Message.Contains("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            return;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("DAVIT_SUITE_FAILURES") is { Length: > 0 } file && !e.Message.Contains("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            // for whoever brings the table of differences up to date
            await File.AppendAllTextAsync(file, $"{key}\t{e.Message.ReplaceLineEndings(" ")}\n");
            throw;
        }

        Assert.True(difference is null or { Sometimes: true }, $"{key} is listed as a difference of {Runtime} (\"{difference?.Does}\"), and does not show");
    }

    /// <summary>Leaves tests out that look at plans: other runtimes have none.</summary>
    internal static void OursAlone() => Assert.SkipUnless(IsOurs, "the plan of a launch is davit-oci's");
}
