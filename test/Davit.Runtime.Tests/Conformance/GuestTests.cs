using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>The same suite on kernels with cgroup version 2 alone and AppArmor, together with what a container tries against the runtime, and the runtime of an ordinary user.</summary>
[Trait("Ring", "v2")]
public sealed class GuestTests
{
    [Fact]
    public Task Suite_holds_in_user_mode_linux() => RunAsync("v2host", 3000);

    [Fact]
    public Task Suite_holds_on_the_kernel_of_Debian_12() => RunAsync("vmhost", 5400);

    private static async Task RunAsync(string host, int seconds)
    {
        // the framework that this process runs on, the tests, and the runtime
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var root = Path.GetFullPath(Path.Combine(framework, "../../.."));
        var run = await Guest.RunAsync(
            host,
            "test/Davit.Runtime.Tests/Conformance/guest.sh",
            seconds,
            (root + "/dotnet", "dotnet/"),
            (root + "/host", "dotnet/"),
            (framework, "dotnet/shared/Microsoft.NETCore.App/"),
            (AppContext.BaseDirectory.TrimEnd('/'), "tests/"),
            (Project.Executable("davit-oci"), "bin/"),
            ("/bin/busybox", "bin/"));
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("failed: 0", run.Output, StringComparison.Ordinal);
    }
}
