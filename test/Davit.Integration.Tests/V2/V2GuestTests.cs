using Davit.Testing;

namespace Davit.Integration.Tests.V2;

/// <summary>The published executables on a host with cgroup v2 alone and AppArmor enforcing: one boot of the guest, one line a behaviour.</summary>
[Trait("Ring", "v2")]
public sealed class V2GuestTests(V2Guest guest) : IClassFixture<V2Guest>
{
    [Theory]
    [InlineData("start")]
    [InlineData("import")]
    [InlineData("info-cgroups")]
    [InlineData("info-apparmor")]
    [InlineData("run")]
    [InlineData("run-code")]
    [InlineData("run-input")]
    [InlineData("run-host")]
    [InlineData("run-by-davit")]
    [InlineData("exec")]
    [InlineData("exec-cgroup")]
    [InlineData("pause")]
    [InlineData("update")]
    [InlineData("top")]
    [InlineData("limits")]
    [InlineData("limits-memory")]
    [InlineData("limits-pids")]
    [InlineData("apparmor")]
    [InlineData("apparmor-exec")]
    [InlineData("apparmor-build")]
    [InlineData("apparmor-denies")]
    [InlineData("apparmor-unconfined")]
    [InlineData("apparmor-inspect")]
    [InlineData("kill-code")]
    [InlineData("kill-lines")]
    [InlineData("kill-adopted")]
    [InlineData("kill-stop")]
    [InlineData("firewall-told")]
    [InlineData("firewall-ports")]
    [InlineData("bridge")]
    [InlineData("cgroups-left")]
    [InlineData("left")]
    public void Guest_says_ok(string name) => Assert.True(guest.Output.Split('\n').Contains("ok " + name), guest.Output);
}
