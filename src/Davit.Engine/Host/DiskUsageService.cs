using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.DockerApi.Host;
using Davit.DockerApi.Images;
using Davit.DockerApi.Volumes;
using Davit.Engine.Containers;
using Davit.Engine.Images;
using Davit.Images;

namespace Davit.Engine.Host;

/// <summary>What <c>system df</c> says. Sizes of images and layers come from bookkeeping; only writable parts and volumes are walked.</summary>
public sealed class DiskUsageService(EngineServices services, ContainerService containers)
{
    /// <summary>Sums of the kinds asked for.</summary>
    /// <param name="types">Of <c>container image volume build-cache</c>; empty means all.</param>
    /// <param name="cache">Usage of the build cache.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DiskUsage> MeasureAsync(IReadOnlyCollection<string> types, Func<(long Bytes, int Records)> cache, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(cache);
        bool Wants(string type) => types.Count == 0 || types.Contains(type);
        var shares = Wants("image") ? new LayerShares(services.Images.List(), services.Layers) : null;
        return new DiskUsage
        {
            LayersSize = shares?.Total ?? 0,
            Images = shares is null ? null : Images(shares),
            Containers = Wants("container") ? await ContainersAsync(cancellation).ConfigureAwait(false) : null,
            Volumes = Wants("volume") ? await Task.Run(Volumes, cancellation).ConfigureAwait(false) : null,
            BuildCache = Wants("build-cache") ? BuildCache(cache()) : null,
        };
    }

    private async Task<IReadOnlyList<ContainerSummary>> ContainersAsync(CancellationToken cancellation) =>
        await containers.ListAsync(new ListOptions { All = true, Size = true }, cancellation).ConfigureAwait(false);

    /// <summary>Bytes of an image's layers that other images use too.</summary>
    public long SharedSize(Image image) => new LayerShares(services.Images.List(), services.Layers).SharedBy(image);

    private List<ImageSummary> Images(LayerShares shares) =>
    [
        .. services.Images.List().OrderByDescending(image => image.Config.Created).Select(image => ImageView.Summary(image) with
        {
            Containers = containers.ImageUsers(image.Id).Count,
            SharedSize = shares.SharedBy(image),
        }),
    ];

    private List<Volume> Volumes() =>
    [
        .. services.Volumes.List().OrderBy(volume => volume.Name, StringComparer.Ordinal).Select(volume => Davit.Engine.Volumes.VolumeView.Of(volume, services.Volumes) with
        {
            UsageData = new VolumeUsage { RefCount = services.Volumes.UsersOf(volume.Name), Size = services.Volumes.SizeOf(volume) },
        }),
    ];

    private List<BuildCacheRecord> BuildCache((long Bytes, int Records) usage) => usage.Records == 0 ? [] :
    [
        new BuildCacheRecord { ID = "build-cache", Type = "regular", Description = $"{usage.Records} cached build steps", Size = usage.Bytes, CreatedAt = Timestamp.Format(services.Time.GetUtcNow()), UsageCount = usage.Records },
    ];
}
