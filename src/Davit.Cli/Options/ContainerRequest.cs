using System.Globalization;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary>Turns the flags of create and run into the request that docker's client would send.</summary>
internal static class ContainerRequest
{
    internal static CreateContainerRequest Build(CliContext context, Arguments arguments, bool attachByDefault)
    {
        var image = arguments.Words[0];
        var command = arguments.Words.Skip(1).ToList();
        var attach = arguments.List("attach").Select(a => a.ToLowerInvariant()).ToList();
        foreach (var flag in (ReadOnlySpan<string>)["cpu-count", "cpu-percent", "io-maxbandwidth", "io-maxiops"])
        {
            if (arguments.Has(flag)) throw new DavitException(ErrorKind.NotImplemented, $"\"--{flag}\" is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux", "leave it out");
        }

        if (arguments.Is("use-api-socket")) throw new DavitException(ErrorKind.NotImplemented, "--use-api-socket is not in effect in this client", "mount the socket with -v, and credentials where the program looks for them");
        var detached = arguments.Is("detach");
        var interactive = arguments.Is("interactive");
        bool Attaches(string stream) => attach.Count > 0 ? attach.Contains(stream) : attachByDefault && !detached;
        var stdin = attach.Count > 0 ? attach.Contains("stdin") : interactive && !detached && attachByDefault;
        var labels = Files.Labels(arguments);
        var (ports, exposed) = PortFlags.Parse(arguments.List("publish"), arguments.List("expose"));
        var (binds, volumes) = VolumeFlags.Parse(arguments.List("volume"));
        var endpoints = NetworkFlags.Parse(arguments, out var mode);
        var environment = Files.Environment(arguments, context.Config.ProxyVariables(context.Engine.Endpoint.Text));
        var entrypoint = arguments.Value("entrypoint");
        return new CreateContainerRequest
        {
            Hostname = arguments.Value("hostname") ?? "",
            Domainname = arguments.Value("domainname") ?? "",
            User = arguments.Value("user") ?? "",
            Tty = arguments.Is("tty"),
            OpenStdin = interactive,
            StdinOnce = stdin,
            AttachStdin = stdin,
            AttachStdout = Attaches("stdout"),
            AttachStderr = Attaches("stderr"),
            Env = environment.Count > 0 ? environment : null,
            Cmd = command.Count > 0 ? StringList.From(command) : null,
            Image = image,
            Volumes = volumes.Count > 0 ? volumes.ToDictionary(v => v, _ => new EmptyObject(), StringComparer.Ordinal) : null,
            ExposedPorts = exposed.Count > 0 ? exposed.ToDictionary(p => p, _ => new EmptyObject(), StringComparer.Ordinal) : null,
            Entrypoint = entrypoint is null ? null : StringList.From([entrypoint]),
            WorkingDir = arguments.Value("workdir") ?? "",
            Labels = labels.Count > 0 ? labels : null,
            StopSignal = arguments.Value("stop-signal"),
            StopTimeout = (int?)arguments.Number("stop-timeout"),
            MacAddress = arguments.Value("mac-address"),
            Healthcheck = Health(arguments),
            HostConfig = Host(arguments, binds, ports, mode),
            NetworkingConfig = new NetworkingConfig { EndpointsConfig = endpoints },
        };
    }

    private static HealthConfig? Health(Arguments arguments)
    {
        if (arguments.Is("no-healthcheck")) return new HealthConfig { Test = ["NONE"] };
        if (!new[] { "health-cmd", "health-interval", "health-retries", "health-start-interval", "health-start-period", "health-timeout" }.Any(arguments.Has)) return null;
        long Time(string flag) => arguments.Value(flag) is { } text ? Human.Nanoseconds(text) : 0;
        return new HealthConfig
        {
            Test = arguments.Value("health-cmd") is { Length: > 0 } command ? ["CMD-SHELL", command] : null,
            Interval = Time("health-interval"), Timeout = Time("health-timeout"), StartPeriod = Time("health-start-period"), StartInterval = Time("health-start-interval"),
            Retries = (int)(arguments.Number("health-retries") ?? 0),
        };
    }

    private static HostConfig Host(Arguments arguments, List<string> binds, Dictionary<string, IReadOnlyList<PortBinding>?> ports, string mode)
    {
        long Bytes(string flag) => arguments.Value(flag) is { } text ? text == "-1" ? -1 : Human.Bytes(text) : 0;
        return new HostConfig
        {
            Binds = binds.Count > 0 ? binds : null,
            ContainerIDFile = arguments.Value("cidfile") ?? "",
            LogConfig = new LogConfig { Type = arguments.Value("log-driver") ?? "", Config = Pairs(arguments.List("log-opt")) },
            NetworkMode = mode,
            PortBindings = ports,
            RestartPolicy = Restart(arguments),
            AutoRemove = arguments.Is("rm"),
            VolumeDriver = arguments.Value("volume-driver") ?? "",
            VolumesFrom = Listed(arguments, "volumes-from"),
            ConsoleSize = Terminals.Terminal.Size() is { } size ? [size.Rows, size.Columns] : [0, 0],
            Annotations = arguments.Has("annotation") ? Pairs(arguments.List("annotation")) : null,
            CapAdd = StringList.From(Listed(arguments, "cap-add")),
            CapDrop = StringList.From(Listed(arguments, "cap-drop")),
            CgroupnsMode = arguments.Value("cgroupns") ?? "",
            Dns = Listed(arguments, "dns") ?? [],
            DnsOptions = [.. arguments.List("dns-option"), .. arguments.List("dns-opt")],
            DnsSearch = Listed(arguments, "dns-search") ?? [],
            ExtraHosts = Listed(arguments, "add-host"),
            GroupAdd = Listed(arguments, "group-add"),
            IpcMode = arguments.Value("ipc") ?? "",
            Links = Listed(arguments, "link"),
            OomScoreAdj = (int)(arguments.Number("oom-score-adj") ?? 0),
            PidMode = arguments.Value("pid") ?? "",
            Privileged = arguments.Is("privileged"),
            PublishAllPorts = arguments.Is("publish-all"),
            ReadonlyRootfs = arguments.Is("read-only"),
            SecurityOpt = SecurityOptions(arguments),
            StorageOpt = arguments.Has("storage-opt") ? Pairs(arguments.List("storage-opt")) : null,
            Tmpfs = arguments.Has("tmpfs") ? arguments.List("tmpfs").Select(t => t.Split(':', 2)).ToDictionary(t => t[0], t => t.Length > 1 ? t[1] : "", StringComparer.Ordinal) : null,
            UTSMode = arguments.Value("uts") ?? "",
            UsernsMode = arguments.Value("userns") ?? "",
            ShmSize = Bytes("shm-size"),
            Sysctls = arguments.Has("sysctl") ? Pairs(arguments.List("sysctl")) : null,
            Runtime = arguments.Value("runtime"),
            Isolation = arguments.Value("isolation") ?? "",
            CpuShares = arguments.Number("cpu-shares") ?? 0,
            Memory = Bytes("memory"),
            NanoCpus = arguments.Value("cpus") is { } cpus ? Cpus(cpus) : 0,
            CgroupParent = arguments.Value("cgroup-parent") ?? "",
            BlkioWeight = (int)(arguments.Number("blkio-weight") ?? 0),
            BlkioWeightDevice = [.. arguments.List("blkio-weight-device").Select(d => d.Split(':')).Select(d => new WeightDevice { Path = d[0], Weight = int.Parse(d[^1], CultureInfo.InvariantCulture) })],
            BlkioDeviceReadBps = Throttles(arguments, "device-read-bps", Human.Bytes),
            BlkioDeviceWriteBps = Throttles(arguments, "device-write-bps", Human.Bytes),
            BlkioDeviceReadIOps = Throttles(arguments, "device-read-iops", t => long.Parse(t, CultureInfo.InvariantCulture)),
            BlkioDeviceWriteIOps = Throttles(arguments, "device-write-iops", t => long.Parse(t, CultureInfo.InvariantCulture)),
            CpuPeriod = arguments.Number("cpu-period") ?? 0,
            CpuQuota = arguments.Number("cpu-quota") ?? 0,
            CpuRealtimePeriod = arguments.Number("cpu-rt-period") ?? 0,
            CpuRealtimeRuntime = arguments.Number("cpu-rt-runtime") ?? 0,
            CpusetCpus = arguments.Value("cpuset-cpus") ?? "",
            CpusetMems = arguments.Value("cpuset-mems") ?? "",
            Devices = [.. arguments.List("device").Where(d => d.StartsWith('/')).Select(Device)],
            DeviceCgroupRules = Listed(arguments, "device-cgroup-rule"),
            DeviceRequests = DeviceRequests(arguments),
            MemoryReservation = Bytes("memory-reservation"),
            MemorySwap = Bytes("memory-swap"),
            MemorySwappiness = arguments.Number("memory-swappiness") is { } swappiness and >= 0 ? swappiness : null,
            OomKillDisable = arguments.Is("oom-kill-disable"),
            PidsLimit = arguments.Number("pids-limit") ?? 0,
            Ulimits = [.. arguments.List("ulimit").Select(UlimitFlags.Parse)],
            Mounts = arguments.Has("mount") ? [.. arguments.List("mount").Select(MountFlags.Parse)] : null,
            Init = arguments.Has("init") ? arguments.Is("init") : null,
            MaskedPaths = arguments.List("security-opt").Contains("systempaths=unconfined") ? [] : null,
            ReadonlyPaths = arguments.List("security-opt").Contains("systempaths=unconfined") ? [] : null,
        };
    }

    private static List<string>? SecurityOptions(Arguments arguments)
    {
        var options = new List<string>();
        foreach (var option in arguments.List("security-opt").Where(o => o != "systempaths=unconfined"))
        {
            if (!option.AsSpan().ContainsAny('=', ':') && option is not ("no-new-privileges" or "writable-cgroups")) throw new DavitException(ErrorKind.InvalidArgument, $"Invalid --security-opt: \"{option}\"", "write key=value, for example seccomp=unconfined");
            // a seccomp profile is a file of the client: its content is sent
            if (option.StartsWith("seccomp=", StringComparison.Ordinal) && option[8..] is not ("unconfined" or "builtin"))
            {
                var path = option[8..];
                if (!File.Exists(path)) throw new DavitException(ErrorKind.NotFound, $"opening seccomp profile ({path}) failed: open {path}: no such file or directory", "name a file of this machine, or unconfined");
                options.Add("seccomp=" + File.ReadAllText(path));
            }
            else options.Add(option);
        }

        return options.Count > 0 ? options : null;
    }

    private static List<DeviceRequest>? DeviceRequests(Arguments arguments)
    {
        var requests = new List<DeviceRequest>();
        if (arguments.Value("gpus") is { } gpus) requests.Add(new DeviceRequest { Count = gpus == "all" ? -1 : int.TryParse(gpus, out var n) ? n : 0, Capabilities = [["gpu"]], DeviceIDs = gpus.StartsWith("device=", StringComparison.Ordinal) ? gpus[7..].Split(',') : null });
        var named = arguments.List("device").Where(d => !d.StartsWith('/')).ToList();
        if (named.Count > 0) requests.Add(new DeviceRequest { Driver = "cdi", DeviceIDs = named });
        return requests.Count > 0 ? requests : null;
    }

    private static List<string>? Listed(Arguments arguments, string flag) => arguments.Has(flag) ? [.. arguments.List(flag)] : null;

    private static Dictionary<string, string> Pairs(IReadOnlyList<string> values) =>
        values.Select(v => v.Split('=', 2)).GroupBy(v => v[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Length > 1 ? g.Last()[1] : "", StringComparer.Ordinal);

    private static long Cpus(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var cpus) ? (long)(cpus * 1_000_000_000)
        : throw new DavitException(ErrorKind.InvalidArgument, $"invalid argument \"{text}\" for \"--cpus\" flag: failed to parse {text} as a rational number", "write for example 0.5");

    private static List<ThrottleDevice> Throttles(Arguments arguments, string flag, Func<string, long> rate) =>
        [.. arguments.List(flag).Select(d => d.Split(':', 2)).Select(d => d.Length == 2 ? new ThrottleDevice { Path = d[0], Rate = rate(d[1]) } : throw new UsageException(arguments, $"bad format: {d[0]}"))];

    private static DeviceMapping Device(string text)
    {
        var parts = text.Split(':');
        static bool IsMode(string t) => t.Length > 0 && t.All(c => c is 'r' or 'w' or 'm');
        return parts.Length switch
        {
            3 => new DeviceMapping { PathOnHost = parts[0], PathInContainer = parts[1], CgroupPermissions = IsMode(parts[2]) ? parts[2] : throw new DavitException(ErrorKind.InvalidArgument, $"invalid device mode: {parts[2]}", "use letters of rwm") },
            2 when IsMode(parts[1]) => new DeviceMapping { PathOnHost = parts[0], PathInContainer = parts[0], CgroupPermissions = parts[1] },
            2 => new DeviceMapping { PathOnHost = parts[0], PathInContainer = parts[1], CgroupPermissions = "rwm" },
            _ => new DeviceMapping { PathOnHost = parts[0], PathInContainer = parts[0], CgroupPermissions = "rwm" },
        };
    }

    internal static RestartPolicy Restart(Arguments arguments)
    {
        var text = arguments.Value("restart");
        if (text is null) return new RestartPolicy { Name = "no" };
        var parts = text.Split(':', 2);
        if (parts.Length == 1) return new RestartPolicy { Name = parts[0] };
        return int.TryParse(parts[1], out var count) ? new RestartPolicy { Name = parts[0], MaximumRetryCount = count }
            : throw new DavitException(ErrorKind.InvalidArgument, "invalid restart policy format: maximum retry count must be an integer", "write for example on-failure:5");
    }
}
