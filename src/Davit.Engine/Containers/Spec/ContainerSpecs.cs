using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Oci.Runtime;
using Davit.Runtime.Defaults;

namespace Davit.Engine.Containers.Spec;

/// <summary>Makes the OCI specification of a container.</summary>
internal static class ContainerSpecs
{
    private const string InitInside = "/sbin/docker-init";

    public static Davit.Oci.Runtime.Spec Make(SpecInput input)
    {
        var (model, host) = (input.Model, input.Model.HostConfig);
        var security = SecurityOptions.Parse(host.SecurityOpt ?? []);
        var capabilities = CapabilitySet.Resolve(host.Privileged, host.CapAdd ?? [], host.CapDrop ?? []);
        var custom = (host.Devices ?? []).SelectMany(DeviceSpecs.Map).ToList();
        return new Davit.Oci.Runtime.Spec
        {
            OciVersion = "1.2.0",
            Process = Process(input, security, capabilities),
            Root = new() { Path = input.RootPath, Readonly = host.ReadonlyRootfs },
            Hostname = host.UTSMode == "host" ? null : input.Hostname,
            Domainname = host.UTSMode == "host" || model.Config.Domainname.Length == 0 ? null : model.Config.Domainname,
            Mounts = MountSpecs.Make(input, security, HasInit(input) ? (input.Options.InitPath, InitInside) : null),
            Annotations = host.Annotations,
            Linux = new LinuxSpec
            {
                CgroupsPath = input.CgroupPath,
                Namespaces = Namespaces(input),
                Resources = ResourceSpecs.Make(host, DeviceRules(host, custom)),
                Sysctl = host.Sysctls,
                Devices = host.Privileged ? [.. DeviceSpecs.Host()] : [.. custom.Select(pair => pair.Device)],
                Seccomp = host.Privileged && security.Seccomp is null || security.Seccomp == "unconfined" ? null : input.Seccomp(security.Seccomp ?? input.Options.SeccompProfile, capabilities),
                RootfsPropagation = Propagation(input),
                MaskedPaths = host.MaskedPaths,
                ReadonlyPaths = host.ReadonlyPaths,
            },
        };
    }

    /// <summary>The process of an exec, from the request and the container's own.</summary>
    public static ProcessSpec Exec(ContainerModel model, EngineOptions options, ExecCreateRequest request, UserResolution user, string hostname, IReadOnlyList<string> linkVariables, string? appArmor)
    {
        var host = model.HostConfig;
        var security = SecurityOptions.Parse(host.SecurityOpt ?? []);
        var capabilities = CapabilitySet.Resolve(host.Privileged || request.Privileged, host.CapAdd ?? [], host.CapDrop ?? []);
        return new ProcessSpec
        {
            Terminal = request.Tty,
            ConsoleSize = Size(request.ConsoleSize),
            User = user.User,
            Args = [.. request.Cmd ?? []],
            Env = Variables(request.Tty, hostname, user.Home, [.. linkVariables, .. ConfigMerge.Environment(request.Env ?? [], model.Config.Env ?? [])]),
            Cwd = request.WorkingDir.Length > 0 ? request.WorkingDir : model.Config.WorkingDir.Length > 0 ? model.Config.WorkingDir : "/",
            Capabilities = Sets(capabilities, user.User.Uid),
            Rlimits = UlimitSpecs.All(host.Ulimits ?? [], options.Ulimits),
            NoNewPrivileges = security.NoNewPrivileges ?? options.NoNewPrivileges,
            ApparmorProfile = AppArmor(host.Privileged || request.Privileged, security, appArmor),
            OomScoreAdj = OomScore(host),
        };
    }

    private static ProcessSpec Process(SpecInput input, SecurityOptions security, IReadOnlyList<string> capabilities)
    {
        var (config, host) = (input.Model.Config, input.Model.HostConfig);
        return new ProcessSpec
        {
            Terminal = config.Tty,
            ConsoleSize = Size(host.ConsoleSize),
            User = input.User.User,
            Args = HasInit(input) ? [InitInside, "--", .. input.Model.Command] : input.Model.Command,
            Env = Variables(config.Tty, input.Hostname, input.User.Home, [.. input.LinkVariables, .. config.Env ?? []]),
            Cwd = config.WorkingDir.Length > 0 ? config.WorkingDir : "/",
            Capabilities = Sets(capabilities, input.User.User.Uid),
            Rlimits = UlimitSpecs.All(host.Ulimits ?? [], input.Options.Ulimits),
            NoNewPrivileges = security.NoNewPrivileges ?? input.Options.NoNewPrivileges,
            ApparmorProfile = AppArmor(host.Privileged, security, input.DefaultAppArmor),
            OomScoreAdj = OomScore(host),
        };
    }

    private static bool HasInit(SpecInput input) => input.Model.HostConfig.Init ?? input.Options.Init;

    /// <summary>What is always there, replaced by what the configuration says.</summary>
    private static IReadOnlyList<string> Variables(bool terminal, string hostname, string home, IReadOnlyList<string> given)
    {
        List<string> start = [ContainerDefaults.Path, "HOSTNAME=" + hostname];
        if (terminal) start.Add("TERM=xterm");
        start.Add("HOME=" + home);
        var result = new List<string>(start.Count + given.Count);
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var variable in start.Concat(given))
        {
            var name = ConfigMerge.NameOf(variable);
            var remove = name.Length == variable.Length; // a name without a value takes the variable away
            if (positions.TryGetValue(name, out var position)) result[position] = remove ? "" : variable;
            else if (!remove)
            {
                positions[name] = result.Count;
                result.Add(variable);
            }
        }

        return [.. result.Where(variable => variable.Length > 0)];
    }

    private static CapabilitiesSpec Sets(IReadOnlyList<string> granted, uint uid) => new()
    {
        Bounding = granted,
        Effective = uid == 0 ? granted : [],
        Permitted = uid == 0 ? granted : [],
        Inheritable = [],
        Ambient = [],
    };

    private static List<DeviceCgroupSpec> DeviceRules(HostConfig host, List<(DeviceSpec Device, DeviceCgroupSpec Rule)> custom) => host.Privileged
        ? [new() { Allow = true, Access = "rwm" }]
        : [.. ContainerDefaults.DeviceRules, .. custom.Select(pair => pair.Rule), .. (host.DeviceCgroupRules ?? []).Select(DeviceSpecs.ParseRule)];

    private static List<NamespaceSpec> Namespaces(SpecInput input)
    {
        var host = input.Model.HostConfig;
        List<NamespaceSpec> namespaces = [new() { Type = "mount" }];
        if (host.NetworkMode != "host") namespaces.Add(new() { Type = "network", Path = input.NetworkNamespace });
        if (host.UTSMode != "host") namespaces.Add(new() { Type = "uts" });
        if (host.PidMode != "host") namespaces.Add(new() { Type = "pid", Path = input.PidDonor > 0 ? $"/proc/{input.PidDonor}/ns/pid" : null });
        if (host.IpcMode != "host") namespaces.Add(new() { Type = "ipc", Path = input.IpcDonor > 0 ? $"/proc/{input.IpcDonor}/ns/ipc" : null });
        if (host.CgroupnsMode != "host") namespaces.Add(new() { Type = "cgroup" });
        return namespaces;
    }

    /// <summary>The profile that confines a process of a container, or null where the kernel has no AppArmor.</summary>
    internal static string? AppArmor(bool privileged, SecurityOptions security, string? profile) =>
        profile is null ? null : security.AppArmor ?? (privileged ? "unconfined" : profile);

    /// <summary>Not set when it is what our own processes have: lowering it needs a capability, keeping it doesn't.</summary>
    private static int? OomScore(HostConfig host) =>
        File.ReadAllText("/proc/self/oom_score_adj").Trim() == host.OomScoreAdj.ToString() ? null : host.OomScoreAdj;

    private static ConsoleSize? Size(IReadOnlyList<int>? size) =>
        size is [var height and > 0, var width and > 0] ? new() { Height = (uint)height, Width = (uint)width } : null;

    private static string? Propagation(SpecInput input)
    {
        var modes = input.Mounts.Select(mount => mount.Propagation).ToList();
        return modes.Exists(mode => mode is "shared" or "rshared") ? "shared" : modes.Exists(mode => mode is "slave" or "rslave") ? "rslave" : null;
    }
}
