using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Engine.Mounts;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Engine.Tests;

public class ValidationTests
{
    public static TheoryData<HostConfig, string> Refused => new()
    {
        { new() { Memory = 1 << 20 }, "Minimum memory limit allowed is 6MB" },
        { new() { Memory = 100 << 20, MemorySwap = 50 << 20 }, "Minimum memoryswap limit should be larger than memory limit, see usage" },
        { new() { MemorySwap = 50 << 20 }, "You should always set the Memory limit when using Memoryswap limit, see usage" },
        { new() { CpuShares = -1 }, "invalid CPU shares (-1): value must be a positive integer" },
        { new() { NanoCpus = 1_000_000_000, CpuQuota = 5000 }, "Conflicting options: Nano CPUs and CPU Quota cannot both be set" },
        { new() { RestartPolicy = new() { Name = "sometimes" } }, "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'" },
        { new() { RestartPolicy = new() { Name = "always", MaximumRetryCount = 3 } }, "invalid restart policy: maximum retry count can only be used with 'on-failure'" },
        { new() { AutoRemove = true, RestartPolicy = new() { Name = "always" } }, "can't create 'AutoRemove' container with restart policy" },
        { new() { CapAdd = ["NOTHING"] }, "invalid CapAdd: unknown capability: \"CAP_NOTHING\"" },
        { new() { SecurityOpt = ["whatever"] }, "invalid --security-opt 1: \"whatever\"" },
        { new() { SecurityOpt = ["a=b"] }, "invalid --security-opt 2: \"a=b\"" },
        { new() { Ulimits = [new() { Name = "nofile", Soft = 10, Hard = 5 }] }, "ulimit soft limit must be less than or equal to hard limit: 10 > 5" },
        { new() { Ulimits = [new() { Name = "files", Soft = 1, Hard = 5 }] }, "invalid ulimit type: files" },
        { new() { ExtraHosts = ["x"] }, "bad format for add-host: \"x\"" },
        { new() { Dns = ["one.two"] }, "invalid IP address in dns: \"one.two\"" },
        { new() { PidMode = "none" }, "invalid PID mode: none" },
        { new() { OomScoreAdj = 2000 }, "Invalid value 2000, range for oom score adj is [-1000, 1000]" },
        { new() { Sysctls = new Dictionary<string, string> { ["vm.swappiness"] = "1" } }, "sysctl \"vm.swappiness\" is not in a separate kernel namespace" },
        { new() { LogConfig = new() { Type = "splunk" } }, "error looking up logging plugin splunk: plugin \"splunk\" not found" },
        { new() { LogConfig = new() { Type = "json-file", Config = new Dictionary<string, string> { ["max-sise"] = "1m" } } }, "unknown log opt 'max-sise' for json-file log driver" },
        { new() { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["99999/tcp"] = [] } }, "invalid port specification: \"99999/tcp\"" },
        { new() { Runtime = "kata" }, "unknown or invalid runtime name: kata" },
        { new() { CpuCount = 2 }, "invalid option: --cpu-count is for Windows containers" },
        { new() { BlkioWeight = 5 }, "Range of blkio weight is from 10 to 1000" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Host_configuration_that_cannot_be_followed_is_refused_by_name(HostConfig host, string message)
    {
        var error = Assert.Throws<DavitException>(() => HostConfigValidation.Validate(new ContainerConfig(), host));
        Assert.Equal(message, error.Message);
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
    }

    [Fact]
    public void Host_configuration_of_a_plain_run_is_accepted() => HostConfigValidation.Validate(new ContainerConfig(), new HostConfig { NetworkMode = "bridge", CapAdd = ["net_admin", "ALL"], SecurityOpt = ["no-new-privileges", "seccomp=unconfined"] });

    [Fact]
    public void Entrypoint_of_the_request_drops_the_images_command()
    {
        var image = new ImageRunConfig { Entrypoint = ["/entry"], Cmd = ["serve"], Env = ["A=1", "B=2"], WorkingDir = "/srv" };
        var merged = ConfigMerge.Merge(new ContainerConfig { Entrypoint = ["sh"], Env = ["B=3"] }, image);
        Assert.Equal(["sh"], merged.Entrypoint!);
        Assert.Null(merged.Cmd);
        Assert.Equal(["B=3", "A=1"], merged.Env!);
        Assert.Equal("/srv", merged.WorkingDir);
    }

    [Fact]
    public void Command_of_the_request_keeps_the_images_entrypoint()
    {
        var merged = ConfigMerge.Merge(new ContainerConfig { Cmd = ["x"] }, new ImageRunConfig { Entrypoint = ["/entry"], Cmd = ["serve"] });
        Assert.Equal(["/entry"], merged.Entrypoint!);
        Assert.Equal(["x"], merged.Cmd!);
    }

    [Fact]
    public void Nothing_to_run_is_an_error() =>
        Assert.Equal("no command specified", Assert.Throws<DavitException>(() => ConfigMerge.Merge(new ContainerConfig { Entrypoint = [""] }, new ImageRunConfig { Entrypoint = ["/e"] })).Message);

    [Theory]
    [InlineData("/a:/b:ro,rshared", "bind", "/a", "/b", true, "rshared")]
    [InlineData("/a/../c:/b/", "bind", "/c", "/b", false, "rprivate")]
    [InlineData("data:/b", "volume", "", "/b", false, "")]
    public void Binds_are_read_as_docker_reads_them(string text, string type, string source, string destination, bool readOnly, string propagation)
    {
        var mount = BindParser.Parse(text, "");
        Assert.Equal((type, source, destination, readOnly, propagation), (mount.Type, mount.Source, mount.Destination, mount.ReadOnly, mount.Propagation));
    }

    [Theory]
    [InlineData("/a:/", "invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid specification: destination can't be '/'")]
    [InlineData("a:b:c:d", "invalid volume specification: 'a:b:c:d'")]
    [InlineData("/a:/b:rx", "invalid mode: rx")]
    [InlineData("/a:b", "invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid mount path: 'b' mount path must be absolute")]
    public void Wrong_binds_are_refused(string text, string message) => Assert.Equal(message, Assert.Throws<DavitException>(() => BindParser.Parse(text, "")).Message);

    [Fact]
    public void Mount_of_a_missing_source_is_refused() => Assert.Equal(
        "invalid mount config for type \"bind\": bind source path does not exist: /no/such/path",
        Assert.Throws<DavitException>(() => MountFlagParser.Parse(new MountRequest { Type = "bind", Source = "/no/such/path", Target = "/x" })).Message);

    [Fact]
    public void Two_mounts_in_one_place_are_refused()
    {
        var host = new HostConfig { Binds = ["/tmp:/x", "/etc:/x"] };
        Assert.Equal("Duplicate mount point: /x", Assert.Throws<DavitException>(() => MountPlanner.Plan(new ContainerConfig(), host, _ => throw new InvalidOperationException())).Message);
    }

    [Fact]
    public void Volumes_of_another_container_come_with_their_mode()
    {
        var donor = new ContainerModel { Id = "d", Name = "d", ImageId = "", Config = new(), HostConfig = new(), Mounts = [new MountModel { Type = "volume", Volume = "v", Destination = "/v", Anonymous = true }] };
        var mount = Assert.Single(MountPlanner.Plan(new ContainerConfig(), new HostConfig { VolumesFrom = ["d:ro"] }, _ => donor));
        Assert.Equal(("v", true, false), (mount.Volume, mount.ReadOnly, mount.Anonymous));
    }
}
