using Davit.Testing;

namespace Davit.Runtime.Tests.Guests;

/// <summary>davit-oci with cgroup version 2 and AppArmor, in user-mode Linux: the part of the guests' ring that every change has to pass.</summary>
public sealed class SampleTests(SampleTests.Boot boot) : IClassFixture<SampleTests.Boot>
{
    [Theory]
    [InlineData("limits")]
    [InlineData("limits-pids")]
    [InlineData("apparmor")]
    [InlineData("apparmor-missing")]
    [InlineData("user-limits")]
    [InlineData("user-place")]
    [InlineData("user-update")]
    [InlineData("user-pause")]
    [InlineData("user-resume")]
    [InlineData("user-delete")]
    [InlineData("left")]
    public void Guest_says_ok(string name) => Assert.True(boot.Run!.Output.Split('\n').Contains("ok " + name), boot.Run.ToString());

    /// <summary>One boot for all.</summary>
    public sealed class Boot : IAsyncLifetime
    {
        /// <summary>What the guest said.</summary>
        public Command? Run { get; private set; }

        public async ValueTask InitializeAsync() => Run = await Guest.RunAsync(
            "v2host", "test/Davit.Runtime.Tests/Guests/sample.sh", 120, (Path.Combine(Project.Root, "test/Davit.Runtime.Tests/Guests/bundle.sh"), ""), (Project.Executable("davit-oci"), ""), ("/bin/busybox", ""));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
