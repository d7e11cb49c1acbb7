using Davit.Runtime.Defaults;

namespace Davit.Runtime.Tests;

public sealed class AppArmorProfileTests
{
    [Fact]
    public void Text_defines_the_profile_by_its_name_and_closes_every_brace()
    {
        Assert.Contains($"profile {AppArmorProfile.Name} flags=", AppArmorProfile.Text, StringComparison.Ordinal);
        Assert.Equal(AppArmorProfile.Text.Count(c => c == '{'), AppArmorProfile.Text.Count(c => c == '}'));
    }

    [Fact]
    public async Task Kernel_without_AppArmor_has_no_profile()
    {
        var expected = File.Exists("/sys/kernel/security/apparmor/profiles") ? AppArmorProfile.Name : null;
        Assert.Equal(expected, await AppArmorProfile.EnsureLoadedAsync(TestContext.Current.CancellationToken));
    }
}
