using Davit.Daemon.Http;
using Davit.Daemon.Versions;
using Davit.DockerApi.Containers;

namespace Davit.Daemon.Tests.Versions;

/// <summary>What older clients mean by what they leave out.</summary>
public class RequestRulesTests
{
    [Theory]
    [InlineData(51, 5L, null, "", "")]
    [InlineData(43, 0L, true, "", "")]
    [InlineData(40, 0L, true, "host", "")]
    [InlineData(39, 0L, true, "host", "shareable")]
    public void Creation_follows_the_clients_version(int minor, long startInterval, bool? atTheTop, string cgroups, string ipc)
    {
        var request = new CreateContainerRequest
        {
            Healthcheck = new() { StartInterval = 5 },
            HostConfig = new() { Mounts = [new() { Type = "bind", Source = "/a", Target = "/b", ReadOnly = true }] },
        };

        RequestRules.Apply(request, new ApiVersion(minor));

        Assert.Equal(startInterval, request.Healthcheck!.StartInterval);
        Assert.Equal(atTheTop, request.HostConfig!.Mounts![0].BindOptions?.ReadOnlyNonRecursive);
        Assert.Equal((cgroups, ipc), (request.HostConfig.CgroupnsMode, request.HostConfig.IpcMode));
    }

    [Fact]
    public void Kinds_of_disk_usage_cannot_be_chosen_before_1_42()
    {
        Assert.Equal(["volume"], RequestRules.UsageTypes(["volume"], new ApiVersion(42)));
        Assert.Empty(RequestRules.UsageTypes(["volume"], new ApiVersion(41)));
    }
}
