namespace Davit.Integration.Tests;

/// <summary><c>--link</c>: names, variables, and what happens when the other container moves.</summary>
public class LinkTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task A_link_gives_name_and_variables_and_follows_the_other_container()
    {
        var (database, web) = (Unique("db"), Unique("web"));
        await Docker("run", "-d", "--name", database, "-h", "dbhost", "-e", "SECRET=x", "--expose", "80", "busybox", "sleep", "1000");
        await Docker("run", "-d", "--name", web, "--link", database + ":al-ias", "busybox", "sleep", "1000");
        var address = await Docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", database);

        var variables = await Docker("exec", web, "env");
        foreach (var line in (string[])[$"AL_IAS_PORT=tcp://{address}:80", $"AL_IAS_PORT_80_TCP_ADDR={address}", "AL_IAS_PORT_80_TCP_PROTO=tcp", $"AL_IAS_NAME=/{web}/al-ias", "AL_IAS_ENV_SECRET=x"])
        {
            Assert.Contains(line, variables.Split('\n'));
        }

        Assert.Equal($"[/{database}:/{web}/al-ias]", await Docker("inspect", "-f", "{{.HostConfig.Links}}", web));
        Assert.Equal($"{address}\tal-ias dbhost {database}", await Docker("exec", web, "grep", "al-ias", "/etc/hosts"));
        Assert.Contains("1 packets received", await Docker("exec", web, "ping", "-c", "1", "al-ias"), StringComparison.Ordinal);

        // someone else takes the address while it is away
        await Docker("stop", "-t", "0", database);
        await Docker("run", "-d", "--rm", "--name", Unique("squatter"), "busybox", "sleep", "1000");
        await Docker("start", database);
        var moved = await Docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", database);
        Assert.Equal($"{moved}\tal-ias dbhost {database}", await Docker("exec", web, "grep", "al-ias", "/etc/hosts"));

        await Docker("rm", "--link", $"{web}/al-ias");
        Assert.Equal("[]", await Docker("inspect", "-f", "{{.HostConfig.Links}}", web));
    }

    [Fact]
    public async Task A_link_on_a_network_of_the_users_is_an_alias()
    {
        var (network, target) = (Unique("net"), Unique("db"));
        await Docker("network", "create", network);
        await Docker("run", "-d", "--network", network, "--name", target, "busybox", "sleep", "1000");

        Assert.Contains("1 packets received", await Docker("run", "--rm", "--network", network, "--link", target + ":other", "busybox", "ping", "-c", "1", "other"), StringComparison.Ordinal);
        await Docker("rm", "-f", target);
        await Docker("network", "rm", network);
    }

    [Fact]
    public async Task A_container_that_is_missing_or_stopped_cannot_be_linked()
    {
        Assert.Contains("could not get container for nope: No such container: nope", await Fails(125, "run", "--rm", "--link", "nope:x", "busybox", "true"), StringComparison.Ordinal);
        var stopped = Unique("off");
        await Docker("create", "--name", stopped, "busybox", "true");
        Assert.Contains($"Cannot link to a non running container: /{stopped} AS /", await Fails(125, "run", "--rm", "--link", stopped + ":x", "busybox", "true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_can_tell_that_they_are_in_a_container()
    {
        var name = Unique("env");
        await Docker("run", "--name", name, "busybox", "ls", "/.dockerenv");
        Assert.DoesNotContain("dockerenv", await Docker("diff", name), StringComparison.Ordinal);
    }
}
