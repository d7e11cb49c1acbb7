using Davit.Build.Cache;
using Davit.Build.Context;
using Davit.Build.Execute;
using Davit.Build.Solving;
using Davit.Images;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Documents;
using Davit.Storage.Layers;

namespace Davit.Build;

/// <summary>The builder: text, stages, graph, solver, executor, image.</summary>
public sealed class ImageBuilder : IImageBuilder, IAsyncDisposable
{
    private readonly BuilderServices _services;
    private readonly IDisposable _keep;
    private readonly RunExecutor _executor;

    /// <summary>Opens the builder and its cache; what an interrupted build left is removed.</summary>
    /// <param name="instance">Paths and names.</param>
    /// <param name="images">Where bases come from and results go.</param>
    /// <param name="layers">Layers and root file systems.</param>
    /// <param name="content">Blobs.</param>
    /// <param name="documents">Keeps the cache's records.</param>
    /// <param name="runner">Runs the processes of RUN.</param>
    /// <param name="network">Their network, or null for none but <c>none</c> and <c>host</c>.</param>
    /// <param name="options">Settings.</param>
    /// <param name="time">The clock.</param>
    public ImageBuilder(
        Instance instance,
        IImageService images,
        ILayerStore layers,
        IContentStore content,
        IDocumentStore documents,
        IContainerRunner runner,
        INetworkService? network,
        BuilderOptions options,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(content);
        _services = new BuilderServices
        {
            Instance = instance,
            Images = images,
            Layers = layers,
            Runner = runner,
            Network = network,
            Options = options,
            Time = time,
            Cache = new BuildCache(documents, layers),
            Http = new HttpClient(options.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan },
            Steps = new KeyedGate(),
            Slots = new SemaphoreSlim(options.ParallelSteps),
        };
        _executor = new RunExecutor(_services);
        _keep = images.KeepFor(_services.Cache.Chains);
        Leftovers.Remove(_services);
    }

    /// <summary>Ends the steps that an earlier daemon left running when it was killed, and removes what they made.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await Leftovers.EndStepsAsync(_services, cancellation).ConfigureAwait(false);
        Leftovers.Remove(_services);
    }

    /// <inheritdoc/>
    public async Task<Image> BuildAsync(BuildRequest request, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_services.TemporaryDirectory);
        var directory = Path.Combine(_services.TemporaryDirectory, BuildSession.NewId()[..16]);
        using var context = await BuildContext.ReceiveAsync(request.Context, directory, cancellation).ConfigureAwait(false);
        var session = new BuildSession(_services, context, request.NoCache);
        await using (session.ConfigureAwait(false))
        {
            return await new BuildRun(session, request, _executor, progress).RunAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<long> PruneAsync(bool all, CancellationToken cancellation)
    {
        var freed = await _services.Cache.PruneAsync(all, ImageChains(), cancellation).ConfigureAwait(false);
        return freed + CacheMounts.Prune(_services.CacheMountDirectory, all);
    }

    /// <inheritdoc/>
    public (long Bytes, int Records) CacheUsage() => _services.Cache.Usage(ImageChains());

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _keep.Dispose();
        _services.Http.Dispose();
        _services.Slots.Dispose();
        return ValueTask.CompletedTask;
    }

    private HashSet<Digest> ImageChains() => [.. _services.Images.List().SelectMany(i => ChainId.All(i.Config.RootFs.DiffIds))];
}
