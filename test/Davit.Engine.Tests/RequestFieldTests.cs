using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers;
using Davit.Engine.Tests.Fakes;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Engine.Tests;

/// <summary>Every field of a request to create a container is in effect or refused by name: one table, and no field is missing from it.</summary>
public class RequestFieldTests
{
    private static readonly FrozenDictionary<string, Field> Table = new Field[]
    {
        // what runs
        new("Hostname", """{"Hostname":"h1"}""", seen => seen.Spec.Hostname == "h1" && seen.Variables.Contains("HOSTNAME=h1")),
        new("Domainname", """{"Domainname":"d.e"}""", seen => seen.Spec.Domainname == "d.e"),
        new("User", """{"User":"12:34"}""", seen => seen.Process.User is { Uid: 12, Gid: 34 }),
        new("AttachStdin", """{"AttachStdin":true}""", seen => seen.Config.AttachStdin),
        new("AttachStdout", """{"AttachStdout":true}""", seen => seen.Config.AttachStdout),
        new("AttachStderr", """{"AttachStderr":true}""", seen => seen.Config.AttachStderr),
        new("ExposedPorts", """{"ExposedPorts":{"70/udp":{}},"HostConfig":{"PublishAllPorts":true}}""", seen => seen.Network!.Ports is [{ ContainerPort: 70, Protocol: "udp" }]),
        new("Tty", """{"Tty":true}""", seen => seen.Process.Terminal && seen.Variables.Contains("TERM=xterm")),
        new("OpenStdin", """{"OpenStdin":true}""", seen => seen.Launch.OpenStdin),
        new("StdinOnce", """{"OpenStdin":true,"StdinOnce":true}""", seen => seen.Launch.StdinOnce),
        new("Env", """{"Env":["A=b"]}""", seen => seen.Variables.Contains("A=b")),
        new("Cmd", """{"Cmd":["x","y"]}""", seen => seen.Process.Args is ["x", "y"]),
        new("Healthcheck", """{"Healthcheck":{"Test":["CMD","true"]}}""", seen => seen.Inspect.State!.Health is { Status: "starting" }),
        new("ArgsEscaped", """{"ArgsEscaped":true}""", seen => seen.Config.ArgsEscaped), // Windows' way to join arguments: kept for commit
        new("Image", """{"Image":"busybox"}""", seen => seen.Config.Image == "busybox"),
        new("Volumes", """{"Volumes":{"/vol":{}}}""", seen => seen.Mount("/vol")?.Type == "bind"),
        new("WorkingDir", """{"WorkingDir":"/w"}""", seen => seen.Process.Cwd == "/w"),
        new("Entrypoint", """{"Entrypoint":["e"]}""", seen => seen.Process.Args is ["e"]),
        new("NetworkDisabled", """{"NetworkDisabled":true,"HostConfig":{"NetworkMode":"bridge"}}""", seen => seen.Network!.Endpoints is [var endpoint] && endpoint.Network == new string('c', 64)),
        new("MacAddress", """{"MacAddress":"02:00:00:00:00:09","HostConfig":{"NetworkMode":"bridge"}}""", seen => seen.Network!.Endpoints[0].MacAddress == "02:00:00:00:00:09"),
        new("OnBuild", """{"OnBuild":["RUN x"]}""", seen => seen.Config.OnBuild is ["RUN x"]),
        new("Labels", """{"Labels":{"a":"b"}}""", seen => seen.Config.Labels!["a"] == "b"),
        new("StopSignal", """{"StopSignal":"USR1"}""", seen => seen.Config.StopSignal == "USR1"),
        new("StopTimeout", """{"StopTimeout":3}""", seen => seen.Config.StopTimeout == 3),
        new("Shell", """{"Shell":["/bin/ash","-c"]}""", seen => seen.Config.Shell is ["/bin/ash", "-c"]),

        // what the host gives
        new("Binds", """{"HostConfig":{"Binds":["/tmp:/b:ro"]}}""", seen => seen.Mount("/b") is { Source: "/tmp" } mount && mount.Options!.Contains("rro")),
        new("ContainerIDFile", """{"HostConfig":{"ContainerIDFile":"/tmp/id"}}""", seen => seen.Host.ContainerIDFile == "/tmp/id"), // the client writes it
        new("LogConfig", """{"HostConfig":{"LogConfig":{"Type":"local","Config":{"max-size":"1m","max-file":"3"}}}}""", seen => seen.Launch is { LogSegmentSize: 1 << 20, LogSegments: 3 }),
        new("NetworkMode", """{"HostConfig":{"NetworkMode":"host"}}""", seen => seen.Network is null && seen.Namespace("network") is null),
        new("PortBindings", """{"HostConfig":{"NetworkMode":"bridge","PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}}}""", seen => seen.Network!.Ports is [{ ContainerPort: 80, HostPort: 8080 }]),
        new("RestartPolicy", """{"HostConfig":{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":2}}}""", seen => seen.Host.RestartPolicy is { Name: "on-failure", MaximumRetryCount: 2 }),
        new("AutoRemove", """{"HostConfig":{"AutoRemove":true}}""", seen => seen.EndsAndGoes()),
        new("VolumeDriver", """{"HostConfig":{"VolumeDriver":"nfs","Binds":["vol:/b"]}}""", "create vol: error looking up volume plugin nfs: plugin \"nfs\" not found"),
        new("VolumesFrom", """{"HostConfig":{"VolumesFrom":["other"]}}""", "No such container: other"),
        new("ConsoleSize", """{"Tty":true,"HostConfig":{"ConsoleSize":[24,80]}}""", seen => seen.Launch.TerminalSize == (80, 24)),
        new("Annotations", """{"HostConfig":{"Annotations":{"a":"b"}}}""", seen => seen.Spec.Annotations!["a"] == "b"),
        new("CapAdd", """{"HostConfig":{"CapAdd":["SYS_TIME"]}}""", seen => seen.Process.Capabilities!.Effective!.Contains("CAP_SYS_TIME")),
        new("CapDrop", """{"HostConfig":{"CapDrop":["CHOWN"]}}""", seen => !seen.Process.Capabilities!.Bounding!.Contains("CAP_CHOWN")),
        new("CgroupnsMode", """{"HostConfig":{"CgroupnsMode":"host"}}""", seen => seen.Namespace("cgroup") is null),
        new("Dns", """{"HostConfig":{"NetworkMode":"bridge","Dns":["192.0.2.1"]}}""", seen => seen.ResolvConf.Contains("nameserver 192.0.2.1", StringComparison.Ordinal)),
        new("DnsOptions", """{"HostConfig":{"NetworkMode":"bridge","DnsOptions":["ndots:3"]}}""", seen => seen.ResolvConf.Contains("options ndots:3", StringComparison.Ordinal)),
        new("DnsSearch", """{"HostConfig":{"NetworkMode":"bridge","DnsSearch":["a.b"]}}""", seen => seen.ResolvConf.Contains("search a.b", StringComparison.Ordinal)),
        new("ExtraHosts", """{"HostConfig":{"ExtraHosts":["db:192.0.2.7"]}}""", seen => seen.Hosts.Contains("192.0.2.7\tdb", StringComparison.Ordinal)),
        new("GroupAdd", """{"HostConfig":{"GroupAdd":["77"]}}""", seen => seen.Process.User!.AdditionalGids!.Contains(77u)),
        new("IpcMode", """{"HostConfig":{"IpcMode":"host"}}""", seen => seen.Namespace("ipc") is null && seen.Mount("/dev/shm")?.Source == "/dev/shm"),
        new("Cgroup", """{"HostConfig":{"Cgroup":"container:x"}}""", "invalid option: HostConfig.Cgroup is for Windows containers"),
        new("Links", """{"HostConfig":{"NetworkMode":"bridge","Links":["db:alias"]}}""", "could not get container for db: No such container: db"),
        new("OomScoreAdj", """{"HostConfig":{"OomScoreAdj":321}}""", seen => seen.Process.OomScoreAdj == 321),
        new("PidMode", """{"HostConfig":{"PidMode":"host"}}""", seen => seen.Namespace("pid") is null),
        new("Privileged", """{"HostConfig":{"Privileged":true}}""", seen => seen.Spec.Linux!.MaskedPaths is null && seen.Process.Capabilities!.Effective!.Contains("CAP_SYS_ADMIN")),
        new("PublishAllPorts", """{"ExposedPorts":{"70/tcp":{}},"HostConfig":{"NetworkMode":"bridge","PublishAllPorts":true}}""", seen => seen.Network!.Ports is [{ ContainerPort: 70, HostPort: 0 }]),
        new("ReadonlyRootfs", """{"HostConfig":{"ReadonlyRootfs":true}}""", seen => seen.Spec.Root!.Readonly),
        new("SecurityOpt", """{"HostConfig":{"SecurityOpt":["no-new-privileges"]}}""", seen => seen.Process.NoNewPrivileges),
        new("StorageOpt", """{"HostConfig":{"StorageOpt":{"size":"1g"}}}""", "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"),
        new("Tmpfs", """{"HostConfig":{"Tmpfs":{"/t":"size=1m"}}}""", seen => seen.Mount("/t") is { Type: "tmpfs" } mount && mount.Options!.Contains("size=1m")),
        new("UTSMode", """{"HostConfig":{"UTSMode":"host"}}""", seen => seen.Namespace("uts") is null && seen.Spec.Hostname is null),
        new("UsernsMode", """{"HostConfig":{"UsernsMode":"host"}}""", seen => seen.Namespace("user") is null),
        new("ShmSize", """{"HostConfig":{"ShmSize":1048576}}""", seen => seen.Mount("/dev/shm")!.Options!.Contains("size=1048576")),
        new("Sysctls", """{"HostConfig":{"Sysctls":{"net.core.somaxconn":"5"}}}""", seen => seen.Spec.Linux!.Sysctl!["net.core.somaxconn"] == "5"),
        new("Runtime", """{"HostConfig":{"Runtime":"kata"}}""", "unknown or invalid runtime name: kata"),
        new("Isolation", """{"HostConfig":{"Isolation":"hyperv"}}""", "invalid isolation (hyperv): linux only supports 'default'"),
        new("CpuShares", """{"HostConfig":{"CpuShares":300}}""", seen => seen.Limits.Cpu!.Shares == 300),
        new("Memory", """{"HostConfig":{"Memory":67108864}}""", seen => seen.Limits.Memory is { Limit: 64 << 20, Swap: 128 << 20 }),
        new("NanoCpus", """{"HostConfig":{"NanoCpus":500000000}}""", seen => seen.Limits.Cpu is { Quota: 50_000, Period: 100_000 }),
        new("CgroupParent", """{"HostConfig":{"CgroupParent":"/p"}}""", seen => seen.Spec.Linux!.CgroupsPath!.StartsWith("/p/", StringComparison.Ordinal)),
        new("BlkioWeight", """{"HostConfig":{"BlkioWeight":300}}""", seen => seen.Limits.BlockIO!.Weight == 300),
        new("BlkioWeightDevice", """{"HostConfig":{"BlkioWeightDevice":[{"Path":"/dev/none","Weight":300}]}}""", "stat /dev/none: no such file or directory"),
        new("BlkioDeviceReadBps", """{"HostConfig":{"BlkioDeviceReadBps":[{"Path":"/dev/none","Rate":300}]}}""", "stat /dev/none: no such file or directory"),
        new("BlkioDeviceWriteBps", """{"HostConfig":{"BlkioDeviceWriteBps":[{"Path":"/dev/none","Rate":300}]}}""", "stat /dev/none: no such file or directory"),
        new("BlkioDeviceReadIOps", """{"HostConfig":{"BlkioDeviceReadIOps":[{"Path":"/dev/none","Rate":300}]}}""", "stat /dev/none: no such file or directory"),
        new("BlkioDeviceWriteIOps", """{"HostConfig":{"BlkioDeviceWriteIOps":[{"Path":"/dev/none","Rate":300}]}}""", "stat /dev/none: no such file or directory"),
        new("CpuPeriod", """{"HostConfig":{"CpuPeriod":50000}}""", seen => seen.Limits.Cpu!.Period == 50_000),
        new("CpuQuota", """{"HostConfig":{"CpuQuota":25000}}""", seen => seen.Limits.Cpu!.Quota == 25_000),
        new("CpuRealtimePeriod", """{"HostConfig":{"CpuRealtimePeriod":50000}}""", seen => seen.Limits.Cpu!.RealtimePeriod == 50_000),
        new("CpuRealtimeRuntime", """{"HostConfig":{"CpuRealtimeRuntime":5000}}""", seen => seen.Limits.Cpu!.RealtimeRuntime == 5_000),
        new("CpusetCpus", """{"HostConfig":{"CpusetCpus":"0"}}""", seen => seen.Limits.Cpu!.Cpus == "0"),
        new("CpusetMems", """{"HostConfig":{"CpusetMems":"0"}}""", seen => seen.Limits.Cpu!.Mems == "0"),
        new("Devices", """{"HostConfig":{"Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/nix","CgroupPermissions":"r"}]}}""", seen => seen.Spec.Linux!.Devices is [{ Path: "/dev/nix", Major: 1, Minor: 3 }]),
        new("DeviceCgroupRules", """{"HostConfig":{"DeviceCgroupRules":["c 10:229 rw"]}}""", seen => seen.Limits.Devices!.Any(rule => rule is { Major: 10, Minor: 229, Access: "rw" })),
        new("DeviceRequests", """{"HostConfig":{"DeviceRequests":[{"Count":-1,"Capabilities":[["gpu"]]}]}}""", "could not select device driver \"\" with capabilities: [[gpu]]"),
        new("KernelMemory", """{"HostConfig":{"KernelMemory":1000000}}""", "--kernel-memory is not offered: the kernel has no such limit any more"),
        new("KernelMemoryTCP", """{"HostConfig":{"KernelMemoryTCP":1000000}}""", "HostConfig.KernelMemoryTCP is not offered: the kernel has no such limit on cgroup v2"),
        new("MemoryReservation", """{"HostConfig":{"MemoryReservation":33554432}}""", seen => seen.Limits.Memory!.Reservation == 32 << 20),
        new("MemorySwap", """{"HostConfig":{"Memory":67108864,"MemorySwap":-1}}""", seen => seen.Limits.Memory!.Swap == -1),
        new("MemorySwappiness", """{"HostConfig":{"MemorySwappiness":30}}""", seen => seen.Limits.Memory!.Swappiness == 30),
        new("OomKillDisable", """{"HostConfig":{"OomKillDisable":true}}""", seen => seen.Limits.Memory!.DisableOOMKiller == true),
        new("PidsLimit", """{"HostConfig":{"PidsLimit":33}}""", seen => seen.Limits.Pids!.Limit == 33),
        new("Ulimits", """{"HostConfig":{"Ulimits":[{"Name":"nofile","Soft":10,"Hard":20}]}}""", seen => seen.Process.Rlimits is [{ Type: "RLIMIT_NOFILE", Soft: 10, Hard: 20 }]),
        new("CpuCount", """{"HostConfig":{"CpuCount":1}}""", "invalid option: --cpu-count is for Windows containers"),
        new("CpuPercent", """{"HostConfig":{"CpuPercent":1}}""", "invalid option: --cpu-percent is for Windows containers"),
        new("IOMaximumIOps", """{"HostConfig":{"IOMaximumIOps":1}}""", "invalid option: --io-maxiops is for Windows containers"),
        new("IOMaximumBandwidth", """{"HostConfig":{"IOMaximumBandwidth":1}}""", "invalid option: --io-maxbandwidth is for Windows containers"),
        new("Mounts", """{"HostConfig":{"Mounts":[{"Type":"bind","Source":"/tmp","Target":"/m","ReadOnly":true}]}}""", seen => seen.Mount("/m") is { Source: "/tmp" }),
        new("MaskedPaths", """{"HostConfig":{"MaskedPaths":["/proc/x"]}}""", seen => seen.Spec.Linux!.MaskedPaths is ["/proc/x"]),
        new("ReadonlyPaths", """{"HostConfig":{"ReadonlyPaths":["/proc/y"]}}""", seen => seen.Spec.Linux!.ReadonlyPaths is ["/proc/y"]),
        new("Init", """{"HostConfig":{"Init":true}}""", seen => seen.Process.Args is ["/sbin/docker-init", "--", "sh"] && seen.Mount("/sbin/docker-init") is not null),
    }.ToFrozenDictionary(field => field.Name);

    public static TheoryData<string> Fields => [.. Table.Keys];

    [Fact]
    public void Table_has_every_field()
    {
        var all = new[] { typeof(ContainerConfig), typeof(HostConfig) }.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Select(property => property.Name).ToHashSet();
        Assert.Equal(all.Order(), Table.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Field_is_in_effect_or_refused_by_name(string name)
    {
        var field = Table[name];
        await using var fixture = await EngineFixture.OpenAsync();
        var request = JsonSerializer.Deserialize(field.Json, DockerApiJson.Default.CreateContainerRequest)!;
        request.Image = "busybox";
        if (request.HostConfig is not { NetworkMode.Length: > 0 }) request.HostConfig = (request.HostConfig ?? new()) with { NetworkMode = "none" };
        if (field.Refusal is { } refusal)
        {
            var error = await Assert.ThrowsAsync<DavitException>(() => RunAsync(fixture, request));
            Assert.Equal(refusal, error.Message);
            return;
        }

        Assert.True(field.InEffect!(await RunAsync(fixture, request)), $"{name} has no effect");
    }

    private static async Task<Seen> RunAsync(EngineFixture fixture, CreateContainerRequest request)
    {
        var id = (await fixture.Containers.CreateAsync("c1", request, null, CancellationToken.None)).Id;
        await fixture.Containers.StartAsync(id, CancellationToken.None);
        return new Seen(fixture, fixture.Runner.Launches[^1], fixture.Networks.Attached.GetValueOrDefault(id), await fixture.Containers.InspectAsync(id, false, CancellationToken.None));
    }

    private sealed record Field(string Name, string Json, Func<Seen, bool>? InEffect, string? Refusal)
    {
        public Field(string name, string json, Func<Seen, bool> inEffect) : this(name, json, inEffect, null)
        {
        }

        public Field(string name, string json, string refusal) : this(name, json, null, refusal)
        {
        }
    }

    private sealed record Seen(EngineFixture Fixture, ContainerLaunch Launch, SandboxOptions? Network, ContainerInspect Inspect)
    {
        public Davit.Oci.Runtime.Spec Spec => Launch.Spec;

        public ProcessSpec Process => Spec.Process!;

        public IReadOnlyList<string> Variables => Process.Env!;

        public ResourcesSpec Limits => Spec.Linux!.Resources!;

        public ContainerConfig Config => Inspect.Config!;

        public HostConfig Host => Inspect.HostConfig!;

        public string Hosts => File.ReadAllText(Inspect.HostsPath);

        public string ResolvConf => File.ReadAllText(Inspect.ResolvConfPath);

        public MountSpec? Mount(string destination) => Spec.Mounts!.SingleOrDefault(mount => mount.Destination == destination);

        public NamespaceSpec? Namespace(string type) => Spec.Linux!.Namespaces!.SingleOrDefault(space => space.Type == type);

        public bool EndsAndGoes()
        {
            var gone = Fixture.Containers.Wait(Inspect.Id, WaitCondition.Removed, CancellationToken.None);
            Fixture.Runner.Started[Inspect.Id].End(0);
            return gone.Wait(TimeSpan.FromSeconds(20)) && !Fixture.Containers.Exists(Inspect.Id);
        }
    }
}
