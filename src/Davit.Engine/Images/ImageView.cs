using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.DockerApi.Images;
using Davit.Images;
using Davit.Oci.Image;
using Davit.Storage.Layers;
using ApiEmpty = Davit.DockerApi.EmptyObject;
using ApiRootFs = Davit.DockerApi.Images.ImageRootFs;

namespace Davit.Engine.Images;

/// <summary>Images as the API shows them.</summary>
public static class ImageView
{
    /// <summary>A line of the list.</summary>
    public static ImageSummary Summary(Image image) => new()
    {
        Id = image.Id.ToString(),
        ParentId = image.Parent?.ToString() ?? "",
        Created = image.Config.Created?.ToUnixTimeSeconds() ?? 0,
        Labels = image.Config.Config?.Labels,
        RepoTags = [.. image.Tags.Select(tag => tag.Familiar)],
        RepoDigests = [.. image.RepoDigests.Select(digest => digest.Familiar)],
        Size = image.Size,
    };

    /// <summary>Everything of one image.</summary>
    public static ImageInspect Inspect(Image image, ILayerStore layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        var config = image.Config;
        return new ImageInspect
        {
            Id = image.Id.ToString(),
            RepoTags = [.. image.Tags.Select(tag => tag.Familiar)],
            RepoDigests = [.. image.RepoDigests.Select(digest => digest.Familiar)],
            Parent = image.Parent?.ToString() ?? "",
            Comment = config.Comment ?? "",
            Created = config.Created is { } created ? Timestamp.Format(created) : null,
            Author = config.Author ?? "",
            Config = Config(config.Config ?? new()),
            Architecture = config.Architecture ?? "",
            Variant = config.Variant,
            Os = config.Os ?? "",
            OsVersion = config.OsVersion,
            Size = image.Size,
            GraphDriver = Driver(config, layers),
            RootFS = new ApiRootFs { Layers = config.RootFs?.DiffIds is { Count: > 0 } ids ? [.. ids.Select(id => id.ToString())] : null },
            Metadata = new ImageMetadata { LastTagTime = image.LastTagged == default ? Timestamp.Never : Timestamp.Format(image.LastTagged) },
        };
    }

    /// <summary>The rows of <c>history</c>.</summary>
    public static IReadOnlyList<ImageHistoryItem> History(IReadOnlyList<ImageStep> steps) =>
    [
        .. steps.Select(step => new ImageHistoryItem
        {
            Id = step.Id,
            Created = step.Created?.ToUnixTimeSeconds() ?? 0,
            CreatedBy = step.CreatedBy,
            Comment = step.Comment,
            Size = step.Size,
            Tags = step.Tags.Count > 0 ? step.Tags : null,
        }),
    ];

    private static ImageConfigView Config(ImageRunConfig config) => new()
    {
        ArgsEscaped = config.ArgsEscaped ?? false,
        Cmd = config.Cmd,
        Entrypoint = config.Entrypoint,
        Env = config.Env,
        ExposedPorts = Keys(config.ExposedPorts, nullWhenEmpty: true),
        Healthcheck = config.Healthcheck is { } check ? new HealthConfig
        {
            Test = check.Test,
            Interval = check.Interval ?? 0,
            Timeout = check.Timeout ?? 0,
            StartPeriod = check.StartPeriod ?? 0,
            StartInterval = check.StartInterval ?? 0,
            Retries = check.Retries ?? 0,
        } : null,
        Labels = config.Labels,
        OnBuild = config.OnBuild,
        Shell = config.Shell,
        StopSignal = string.IsNullOrEmpty(config.StopSignal) ? null : config.StopSignal,
        User = config.User ?? "",
        Volumes = Keys(config.Volumes, nullWhenEmpty: false),
        WorkingDir = config.WorkingDir ?? "",
    };

    private static Dictionary<string, ApiEmpty>? Keys(IReadOnlyDictionary<string, Oci.Image.EmptyObject>? set, bool nullWhenEmpty) =>
        set is null || (nullWhenEmpty && set.Count == 0) ? null : set.Keys.ToDictionary(key => key, _ => new ApiEmpty());

    /// <summary>Directories of the unpacked layers, top-most first, as Docker's overlay2 names them.</summary>
    private static GraphDriverData Driver(ImageConfig config, ILayerStore layers)
    {
        var directories = ChainId.All(config.RootFs?.DiffIds ?? []).Select(layers.Find).OfType<Layer>().Select(layer => layer.Directory).Reverse().ToList();
        var data = new Dictionary<string, string>();
        if (directories.Count > 1) data["LowerDir"] = string.Join(':', directories.Skip(1));
        if (directories.Count > 0) data["UpperDir"] = directories[0];
        return new GraphDriverData { Name = "overlay2", Data = data };
    }
}
