using Davit.Build;
using Davit.Daemon.Configuration;
using Davit.Daemon.Endpoints;
using Davit.Daemon.Http;
using Davit.Engine;
using Davit.Engine.Containers;
using Davit.Engine.Events;
using Davit.Engine.Exec;
using Davit.Engine.Host;
using Davit.Engine.Resources;
using Davit.Engine.Volumes;
using Davit.Images;
using Davit.Linux.Cgroups;
using Davit.Monitor.Logs;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Runtime.Defaults;
using Davit.Runtime.Seccomp;
using Davit.Storage;

namespace Davit.Daemon.Composition;

/// <summary>All parts of a daemon, made in the order of their needs and let go in the opposite one. Containers go on without them.</summary>
internal sealed class DaemonServices : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _closing = new();
    private ImageService? _images;

    private DaemonServices()
    {
    }

    /// <summary>What the endpoints work with.</summary>
    public ApiServices Api { get; private set; } = null!;

    /// <summary>Takes up the settings that may change while the daemon runs.</summary>
    public void Reload(DaemonSettings settings)
    {
        Api.Registries.Reach(settings.Mirrors.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<Uri>)pair.Value), settings.InsecureRegistries);
        _images!.Limit(settings.ConcurrentDownloads, settings.ConcurrentUploads);
        Api.System.Daemon = Api.System.Daemon with { Labels = settings.Labels, Debug = settings.Debug, Mirrors = MirrorsOf(settings), InsecureRegistries = settings.InsecureRegistries };
    }

    /// <summary>Opens state, adopts running containers, brings networks up.</summary>
    /// <param name="settings">What the daemon was told.</param>
    /// <param name="product">What this program is.</param>
    /// <param name="environment">Looks up an environment variable.</param>
    /// <param name="report">Where trouble is told that no request has to do with.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<DaemonServices> OpenAsync(DaemonSettings settings, ProductInfo product, Func<string, string?> environment, Action<string> report, TimeProvider time, CancellationToken cancellation)
    {
        var services = new DaemonServices();
        try
        {
            await services.MakeAsync(settings, product, environment, report, time, cancellation).ConfigureAwait(false);
            return services;
        }
        catch
        {
            await services.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_closing.TryPop(out var close)) await close().ConfigureAwait(false);
    }

    private async Task MakeAsync(DaemonSettings settings, ProductInfo product, Func<string, string?> environment, Action<string> report, TimeProvider time, CancellationToken cancellation)
    {
        var instance = settings.ToInstance();
        var store = Keep(Store.Open(instance, time));
        var registries = new DistributionClient(RegistryOptionsOf(settings, product), time);
        _closing.Push(() => { registries.Dispose(); return default; });
        var images = _images = new ImageService(store.Content, store.Layers, store.Documents, store.Leases, registries, ImageOptionsOf(settings), time);
        _closing.Push(() => { images.Dispose(); return default; });
        var networks = Keep(new NetworkService(instance, store.Documents, settings.ToNetworkOptions(), time));
        var runner = Keep(new ContainerRunner(instance, new RunnerOptions(), time));
        var logs = new LogReader();
        _closing.Push(() => { logs.Dispose(); return default; });
        await networks.StartAsync(cancellation).ConfigureAwait(false);
        await runner.WarmUpAsync(cancellation).ConfigureAwait(false);

        var appArmor = await AppArmorProfile.EnsureLoadedAsync(cancellation).ConfigureAwait(false);
        var events = new EventHub(time);
        EventRelay.Connect(events, images, networks);
        var engine = new EngineServices
        {
            Instance = instance,
            Options = settings.Engine with { InitPath = InitPathOf(settings), AppArmorProfile = appArmor },
            Runner = runner,
            Logs = logs,
            Layers = store.Layers,
            Images = images,
            Networks = networks,
            Volumes = new VolumeService(instance, store.Documents, events, time),
            Documents = store.Documents,
            Events = events,
            Resources = new CgroupControl(CgroupHierarchies.Detect()),
            Seccomp = new SeccompSource().For,
            Report = report,
            Time = time,
        };
        var containers = Keep(new ContainerService(engine));
        var builder = Keep(new ImageBuilder(instance, images, store.Layers, store.Content, store.Documents, runner, networks, BuilderOptionsOf(settings, environment) with { AppArmorProfile = appArmor }, time));
        await builder.OpenAsync(cancellation).ConfigureAwait(false);
        await containers.OpenAsync(cancellation).ConfigureAwait(false);
        await CollectAsync(store, images, cancellation).ConfigureAwait(false);
        Api = new ApiServices
        {
            Engine = engine,
            Containers = containers,
            Execs = new ExecService(containers),
            System = new SystemService(engine, containers, new HostFacts(), product, FactsOf(settings, instance, environment)),
            DiskUsage = new DiskUsageService(engine, containers),
            Builder = builder,
            Registries = registries,
            Store = store,
        };
    }

    /// <summary>Removes what an earlier daemon had begun and could not finish; before any request comes, so that nothing is in the making.</summary>
    private static async Task CollectAsync(Store store, ImageService images, CancellationToken cancellation)
    {
        try
        {
            var (blobs, chains, resumable) = images.Roots();
            await store.CollectAsync(blobs, chains, resumable, cancellation).ConfigureAwait(false);
        }
        catch (DavitException)
        {
            // a daemon that cannot tidy up works all the same; 'system check' tells of it
        }
    }

    private T Keep<T>(T service) where T : IAsyncDisposable
    {
        _closing.Push(service.DisposeAsync);
        return service;
    }

    private static RegistryOptions RegistryOptionsOf(DaemonSettings settings, ProductInfo product) => new()
    {
        Mirrors = settings.Mirrors.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<Uri>)pair.Value),
        Insecure = settings.InsecureRegistries,

        // beside the configuration file, then where Docker has them
        CertificateDirectories = [Path.Combine(Path.GetDirectoryName(Path.GetFullPath(settings.ConfigFile)) ?? "/", "certs.d"), "/etc/docker/certs.d"],
        UserAgent = $"davit/{product.Version}",
    };

    private static ImageOptions ImageOptionsOf(DaemonSettings settings) => new() { ConcurrentDownloads = settings.ConcurrentDownloads, ConcurrentUploads = settings.ConcurrentUploads };

    private static BuilderOptions BuilderOptionsOf(DaemonSettings settings, Func<string, string?> environment) => new()
    {
        Dns = settings.Engine.Dns,
        Proxies = ((string[])["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"])
            .Where(name => environment(name) is { Length: > 0 }).ToDictionary(name => name, name => environment(name)!),
    };

    /// <summary>davit-init lies beside davitd unless the settings say otherwise.</summary>
    private static string InitPathOf(DaemonSettings settings)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "davit-init");
        return settings.Engine.InitPath == new EngineOptions().InitPath && File.Exists(beside) ? beside : settings.Engine.InitPath;
    }

    private static DaemonFacts FactsOf(DaemonSettings settings, Instance instance, Func<string, string?> environment) => new()
    {
        Id = DaemonIdentity.Read(instance),
        Labels = settings.Labels,
        Debug = settings.Debug,
        Runtimes = new Dictionary<string, string> { ["davit"] = "davit-monitor" },
        DefaultRuntime = "davit",
        Mirrors = MirrorsOf(settings),
        InsecureRegistries = settings.InsecureRegistries,
        AddressPools = [.. settings.AddressPools.Select(pool => (pool.Base.ToString(), pool.Size))],
        Proxy = (Proxy("HTTP_PROXY", environment), Proxy("HTTPS_PROXY", environment), Proxy("NO_PROXY", environment)),
        Api = (ApiVersion.Highest.ToString(), ApiVersion.Lowest.ToString()),
    };

    private static IReadOnlyList<string> MirrorsOf(DaemonSettings settings) => settings.Mirrors.TryGetValue("docker.io", out var mirrors) ? [.. mirrors.Select(mirror => mirror.ToString())] : [];

    private static string Proxy(string name, Func<string, string?> environment) => environment(name) ?? environment(name.ToLowerInvariant()) ?? "";
}
