using Davit.Daemon.Http;
using Davit.DockerApi.Containers;

namespace Davit.Daemon.Versions;

/// <summary>What the same request means when an older client sends it (version history of the Engine API).</summary>
internal static class RequestRules
{
    private static readonly (int Below, Action<CreateContainerRequest> Change)[] Creation =
    [
        (44, static request => request.Healthcheck = request.Healthcheck is { } health ? health with { StartInterval = 0 } : null),
        (44, static request => Host(request, host => host with { Mounts = host.Mounts is { } mounts ? [.. mounts.Select(ReadOnlyAtTheTop)] : null })),
        (42, static request => Host(request, host => host with { ConsoleSize = null })),
        (41, static request => Host(request, host => host.CgroupnsMode.Length > 0 ? host : host with { CgroupnsMode = "host" })),
        (40, static request => Host(request, host => host.IpcMode.Length > 0 ? host : host with { IpcMode = "shareable" })),
    ];

    /// <summary>Changes a request to create a container.</summary>
    public static void Apply(CreateContainerRequest request, ApiVersion client)
    {
        foreach (var (below, change) in Creation)
        {
            if (client.Minor < below) change(request);
        }
    }

    /// <summary>Kinds of objects that disk usage is asked for; the choice came with 1.42.</summary>
    public static IReadOnlyList<string> UsageTypes(IReadOnlyList<string> asked, ApiVersion client) => client.Minor < 42 ? [] : asked;

    private static void Host(CreateContainerRequest request, Func<HostConfig, HostConfig> change) => request.HostConfig = change(request.HostConfig ?? new HostConfig());

    /// <summary>Before 1.44 what lies mounted below a read-only bind stayed writable.</summary>
    private static MountRequest ReadOnlyAtTheTop(MountRequest mount) => mount is not { Type: "bind", ReadOnly: true } ? mount
        : mount with { BindOptions = (mount.BindOptions ?? new BindOptions()) with { ReadOnlyNonRecursive = true, ReadOnlyForceRecursive = false } };
}
