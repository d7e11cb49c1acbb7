using System.Net;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Engine;

/// <summary>Settings of the engine, under dockerd's names where dockerd has them.</summary>
public sealed record EngineOptions
{
    /// <summary>The static program that <c>--init</c> puts in as pid 1.</summary>
    public string InitPath { get; init; } = "/usr/local/lib/davit/davit-init";

    /// <summary>Whether containers get it without asking (<c>--init</c> of dockerd).</summary>
    public bool Init { get; init; }

    /// <summary>Log driver of containers that don't say.</summary>
    public string LogDriver { get; init; } = "json-file";

    /// <summary>Its options.</summary>
    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Checks the log driver and its options.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>failed to set log opts: …</c>.</exception>
    public void ValidateLog()
    {
        try
        {
            Containers.Create.LogOptions.Validate(new LogConfig { Type = LogDriver, Config = LogOptions });
        }
        catch (DavitException error)
        {
            throw new DavitException(error.Kind, $"failed to set log opts: {error.Message}", error.Hint, error);
        }
    }

    /// <summary>Where journald receives entries.</summary>
    public string JournalSocket { get; init; } = "/run/systemd/journal/socket";

    /// <summary>Size of /dev/shm.</summary>
    public long ShmSize { get; init; } = 64 << 20;

    /// <summary>Name servers of containers that don't say (<c>--dns</c>).</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Search domains of containers that don't say (<c>--dns-search</c>).</summary>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>Resolver options of containers that don't say (<c>--dns-opt</c>).</summary>
    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    /// <summary>Address that <c>host-gateway</c> stands for; null takes the default bridge's.</summary>
    public IPAddress? HostGateway { get; init; }

    /// <summary>Default limits by name: <c>nofile</c> → (soft, hard).</summary>
    public IReadOnlyDictionary<string, (long Soft, long Hard)> Ulimits { get; init; } = new Dictionary<string, (long, long)>();

    /// <summary>A seccomp profile in Docker's JSON for all containers, or null for the built-in one.</summary>
    public string? SeccompProfile { get; init; }

    /// <summary>Name of the loaded default AppArmor profile, or null where the kernel has no AppArmor.</summary>
    public string? AppArmorProfile { get; init; }

    /// <summary>No new privileges for all containers (<c>--no-new-privileges</c>).</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>Seconds that a stopped container has before SIGKILL, when neither the request nor the container says (<c>--shutdown-timeout</c> aside).</summary>
    public int StopTimeout { get; init; } = 10;
}
