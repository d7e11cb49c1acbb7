using System.Globalization;
using System.Net;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Spec;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>Checks every field of the host's half of a request: it is in effect, or refused by name, never ignored.</summary>
internal static class HostConfigValidation
{
    public static void Validate(ContainerConfig config, HostConfig host)
    {
        Restart(host);
        Links(host);
        Namespaces(config, host);
        Network(config, host);
        ResourceValidation.Validate(host);
        Security(host);
        LogOptions.Validate(host.LogConfig);
        foreach (var device in host.Devices ?? []) DeviceSpecs.ValidatePermissions(device.CgroupPermissions);
        foreach (var rule in host.DeviceCgroupRules ?? []) DeviceSpecs.ParseRule(rule);
        foreach (var ulimit in host.Ulimits ?? []) UlimitSpecs.Parse(ulimit);
        foreach (var (name, value) in host.Sysctls ?? new Dictionary<string, string>()) Sysctl(name, value, host);
        foreach (var annotation in host.Annotations?.Keys ?? []) if (annotation.Length == 0) throw Invalid("invalid Annotations: the empty string is not permitted as an annotation key");
        if (host.ShmSize < 0) throw Invalid("SHM size can not be less than 0");
        if (host.OomScoreAdj is < -1000 or > 1000) throw Invalid($"Invalid value {host.OomScoreAdj}, range for oom score adj is [-1000, 1000]");
        if (host.Runtime is { Length: > 0 } runtime && runtime is not ("davit" or "davit-oci" or "runc" or "io.containerd.runc.v2")) throw Invalid($"unknown or invalid runtime name: {runtime}");
        if (host.StorageOpt?.Keys.FirstOrDefault(key => key != "size") is { } option) throw Invalid($"Unknown option {option}");
        if (host.StorageOpt is { Count: > 0 }) throw Invalid("--storage-opt is supported only for overlay over xfs with 'pquota' mount option", "leave --storage-opt out");
        if (host.DeviceRequests is { Count: > 0 } requests)
        {
            var first = requests[0];
            var capabilities = string.Join(' ', (first.Capabilities ?? []).Select(set => $"[{string.Join(' ', set)}]"));
            throw Invalid($"could not select device driver \"{first.Driver}\" with capabilities: [{capabilities}]", "--gpus needs a device driver, and none is known here; pass devices with --device");
        }

        if (host.Isolation is not ("" or "default")) throw Invalid($"invalid isolation ({host.Isolation}): linux only supports 'default'");
        RefuseIf(host.CpuCount != 0, "--cpu-count");
        RefuseIf(host.CpuPercent != 0, "--cpu-percent");
        RefuseIf(host.IOMaximumIOps != 0, "--io-maxiops");
        RefuseIf(host.IOMaximumBandwidth != 0, "--io-maxbandwidth");
        RefuseIf(host.Cgroup.Length > 0, "HostConfig.Cgroup");
    }

    private static void Restart(HostConfig host)
    {
        var policy = host.RestartPolicy;
        var name = policy?.Name ?? "";
        if (name is not ("" or "no" or "always" or "unless-stopped" or "on-failure"))
        {
            throw Invalid($"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        }

        if (name != "on-failure" && policy?.MaximumRetryCount > 0) throw Invalid("invalid restart policy: maximum retry count can only be used with 'on-failure'");
        if (policy?.MaximumRetryCount < 0) throw Invalid("invalid restart policy: maximum retry count cannot be negative");
        if (host.AutoRemove && name is not ("" or "no")) throw Invalid("can't create 'AutoRemove' container with restart policy");
    }

    private static void Links(HostConfig host)
    {
        if (host.Links is not { Count: > 0 } links) return;
        if (host.NetworkMode == "host") throw Invalid("conflicting options: host type networking can't be used with links. This would result in undefined behavior");
        if (IsContainer(host.NetworkMode)) throw Invalid("conflicting options: container type network can't be used with links. This would result in undefined behavior");
        foreach (var link in links) ContainerLink.Parse(link);
    }

    private static void Namespaces(ContainerConfig config, HostConfig host)
    {
        if (!IsMode(host.PidMode, "", "private", "host") && !IsContainer(host.PidMode)) throw Invalid($"invalid PID mode: {host.PidMode}");
        if (!IsMode(host.IpcMode, "", "none", "private", "shareable", "host") && !IsContainer(host.IpcMode)) throw Invalid($"invalid IPC mode: {host.IpcMode}");
        if (!IsMode(host.UTSMode, "", "private", "host")) throw Invalid($"invalid UTS mode: {host.UTSMode}");
        if (!IsMode(host.CgroupnsMode, "", "private", "host")) throw Invalid($"invalid cgroup namespace mode: {host.CgroupnsMode}");
        if (!IsMode(host.UsernsMode, "", "host")) throw Invalid($"invalid user namespace mode: {host.UsernsMode}");
        if (host.UTSMode == "host" && config.Hostname.Length > 0) throw Invalid("conflicting options: hostname and the UTS mode");
        if (host.UTSMode == "host" && config.Domainname.Length > 0) throw Invalid("conflicting options: domainname and the UTS mode");
    }

    /// <summary>Ports that a request exposes itself; those of its image don't matter to a container that shares another one's network.</summary>
    public static void RefuseExposedPorts(ContainerConfig request, HostConfig host)
    {
        if (IsContainer(host.NetworkMode) && request.ExposedPorts is { Count: > 0 }) throw Invalid("conflicting options: port exposing and the container type network mode");
    }

    private static void Network(ContainerConfig config, HostConfig host)
    {
        if (IsContainer(host.NetworkMode))
        {
            if (config.Hostname.Length > 0) throw Invalid("conflicting options: hostname and the network mode");
            if (host.Dns is { Count: > 0 }) throw Invalid("conflicting options: dns and the network mode");
            if (host.ExtraHosts is { Count: > 0 }) throw Invalid("conflicting options: custom host-to-IP mapping and the network mode");
            if (host.PortBindings is { Count: > 0 } || host.PublishAllPorts) throw Invalid("conflicting options: port publishing and the container type network mode");
            if (!string.IsNullOrEmpty(config.MacAddress)) throw Invalid("conflicting options: mac-address and the network mode");
        }
        else if (host.NetworkMode.StartsWith("container:", StringComparison.Ordinal))
        {
            throw Invalid("invalid network mode: invalid container format container:<name|id>");
        }

        foreach (var entry in host.ExtraHosts ?? [])
        {
            var colon = entry.AsSpan().IndexOfAny(':', '=');
            if (colon <= 0) throw Invalid($"bad format for add-host: \"{entry}\"");
            var address = entry[(colon + 1)..].Trim('[', ']');
            if (address != "host-gateway" && !IPAddress.TryParse(address, out _)) throw Invalid($"invalid IP address in add-host: \"{address}\"");
        }

        foreach (var server in host.Dns ?? [])
        {
            if (!IPAddress.TryParse(server, out _)) throw Invalid($"invalid IP address in dns: \"{server}\"");
        }

        PortSpec.Bindings(host, config);
    }

    private static void Security(HostConfig host)
    {
        CapabilitySet.Resolve(host.Privileged, host.CapAdd ?? [], host.CapDrop ?? []);
        SecurityOptions.Parse(host.SecurityOpt ?? []);
        if (host.MaskedPaths?.Concat(host.ReadonlyPaths ?? []).FirstOrDefault(path => !path.StartsWith('/')) is { } relative) throw Invalid($"invalid masked or read-only path: \"{relative}\" must be absolute");
    }

    private static void Sysctl(string name, string value, HostConfig host)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal)) throw Invalid($"invalid sysctl: \"{name}\"");
        if (host.NetworkMode == "host" && name.StartsWith("net.", StringComparison.Ordinal)) throw Invalid($"sysctl '{name}' not allowed in host network namespace");
        if (host.IpcMode == "host" && (name.StartsWith("kernel.msg", StringComparison.Ordinal) || name.StartsWith("kernel.shm", StringComparison.Ordinal) || name == "kernel.sem" || name.StartsWith("fs.mqueue.", StringComparison.Ordinal)))
        {
            throw Invalid($"sysctl '{name}' not allowed in host ipc namespace");
        }

        // Only what belongs to a namespace: anything else would change the host.
        if (name.StartsWith("net.", StringComparison.Ordinal) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal)
            || name is "kernel.msgmax" or "kernel.msgmnb" or "kernel.msgmni" or "kernel.sem" or "kernel.shmall" or "kernel.shmmax" or "kernel.shmmni" or "kernel.shm_rmid_forced" or "kernel.domainname" or "kernel.hostname")
        {
            return;
        }

        throw Invalid($"sysctl \"{name}\" is not in a separate kernel namespace");
    }

    public static bool IsContainer(string mode) => mode.StartsWith("container:", StringComparison.Ordinal) && mode.Length > 10;

    private static bool IsMode(string mode, params ReadOnlySpan<string> known) => known.Contains(mode);

    private static void RefuseIf(bool given, string flag)
    {
        if (given) throw Invalid($"invalid option: {flag} is for Windows containers");
    }

    private static DavitException Invalid(string message, string? hint = null) => new(ErrorKind.InvalidArgument, message, hint);
}
