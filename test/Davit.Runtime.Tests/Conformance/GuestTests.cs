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

        // compiled ahead: an emulated processor spends three quarters of its time in the compiler otherwise
        var tests = Directory.CreateTempSubdirectory("davit-guest-tests-").FullName;
        try
        {
            string[] publish = ["publish", Path.Combine(Project.Root, "test/Davit.Runtime.Tests"), "-c", "Debug", "-p:PublishReadyToRun=true", "-o", tests, "--nologo", "-v", "quiet"];
            (await Command.RunAsync("dotnet", publish, limit: TimeSpan.FromMinutes(10))).Succeeded();
            await RunAsync(host, seconds, framework, root, tests);
        }
        finally
        {
            Directory.Delete(tests, recursive: true);
        }
    }

    private static async Task RunAsync(string host, int seconds, string framework, string root, string tests)
    {
        var run = await Guest.RunAsync(
            host,
            "test/Davit.Runtime.Tests/Conformance/guest.sh",
            seconds,
            (root + "/dotnet", "dotnet/"),
            (root + "/host", "dotnet/"),
            (framework, "dotnet/shared/Microsoft.NETCore.App/"),
            (tests + "/.", "tests/"),
            (Project.Executable("davit-oci"), "bin/"),
            ("/bin/busybox", "bin/"));
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("failed: 0", run.Output, StringComparison.Ordinal);
    }
}
