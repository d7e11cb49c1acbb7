using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>The same suite on a kernel with cgroup version 2 alone and AppArmor, in the guest that eng/peers/v2host boots.</summary>
public sealed class GuestTests
{
    [Fact]
    [Trait("Ring", "v2")]
    public async Task Suite_holds_in_the_guest_with_cgroup_version_2()
    {
        var directory = Directory.CreateDirectory($"/tmp/davit-conformance-{Environment.ProcessId}").FullName;
        try
        {
            // the framework that this process runs on, the tests, and the runtime
            var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            var root = Path.GetFullPath(Path.Combine(framework, "../../.."));
            await Copy(root + "/dotnet", directory + "/dotnet/");
            await Copy(root + "/host", directory + "/dotnet/");
            await Copy(framework, directory + "/dotnet/shared/Microsoft.NETCore.App/");
            await Copy(AppContext.BaseDirectory.TrimEnd('/'), directory + "/tests/");
            await Copy(Project.Executable("davit-oci"), directory + "/bin/");
            await Copy("/bin/busybox", directory + "/bin/");
            await Copy(Path.Combine(Project.Root, "test/Davit.Runtime.Tests/Conformance/guest.sh"), directory);
            var host = Path.Combine(Project.Root, "eng/peers/v2host");
            (await Command.RunAsync(host, ["up"], limit: TimeSpan.FromMinutes(20))).Succeeded();
            var run = await Command.RunAsync(host, ["run", directory + "/guest.sh", "1500"], limit: TimeSpan.FromMinutes(26));
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            Assert.Contains("failed: 0", run.Output);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task Copy(string from, string to)
    {
        if (to.EndsWith('/')) Directory.CreateDirectory(to);
        (await Command.RunAsync("cp", ["-aL", from, to])).Succeeded();
    }
}
