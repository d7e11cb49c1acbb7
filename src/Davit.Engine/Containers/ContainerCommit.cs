using Davit.DockerApi.Containers;
using Davit.Engine.Commit;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>DiffID of a layer without entries.</summary>
    private const string EmptyLayer = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

    /// <summary>Makes an image of a container.</summary>
    /// <returns>Id of the image.</returns>
    public async Task<Digest> CommitAsync(CommitOptions options, CancellationToken cancellation)
    {
        var container = _table.Get(options.Container);
        var reference = string.IsNullOrEmpty(options.Repository) ? null : Reference.Parse(string.IsNullOrEmpty(options.Tag) ? options.Repository : options.Repository + ":" + options.Tag);
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var model = container.Model;
            if (model.State.RemovalInProgress || model.State.Dead) throw new DavitException(ErrorKind.Conflict, $"You cannot commit container {container.Id} which is {model.State.Status}");
            var run = ConfigChanges.Apply(RunConfig(options.Config is null ? model.Config : Overlay(model.Config, options.Config)), options.Changes);
            var pause = options.Pause && model.State is { Running: true, Paused: false, Restarting: false };
            if (pause) await _services.Resources.FreezeAsync(CgroupOf(model), cancellation).ConfigureAwait(false);
            Davit.Storage.Layers.Layer layer;
            try
            {
                layer = await _services.Layers.SnapshotAsync(model.Id, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (pause) await _services.Resources.ThawAsync(CgroupOf(model), CancellationToken.None).ConfigureAwait(false);
            }

            var image = await RecordAsync(container, options, run, layer, reference, cancellation).ConfigureAwait(false);
            Publish(container, "commit", ("comment", options.Comment ?? ""), ("imageID", image.ToString()), ("imageRef", reference?.Familiar ?? ""));
            return image;
        }
    }

    private async Task<Digest> RecordAsync(Container container, CommitOptions options, ImageRunConfig run, Davit.Storage.Layers.Layer layer, Reference? reference, CancellationToken cancellation)
    {
        var parent = _services.Images.Find(container.Model.ImageId);
        var empty = layer.DiffId.ToString() == EmptyLayer;
        if (!empty) await _services.Layers.FlushAsync([layer.ChainId], cancellation).ConfigureAwait(false);
        var now = _services.Time.GetUtcNow();
        var old = parent?.Config ?? new ImageConfig { Os = Platform.Host.Os, Architecture = Platform.Host.Architecture };
        var config = new ImageConfig
        {
            Created = now,
            Author = options.Author,
            Architecture = old.Architecture,
            Os = old.Os,
            OsVersion = old.OsVersion,
            Variant = old.Variant,
            Comment = string.IsNullOrEmpty(options.Comment) ? null : options.Comment,
            Config = run,
            RootFs = new ImageRootFs { DiffIds = empty ? old.RootFs.DiffIds : [.. old.RootFs.DiffIds, layer.DiffId] },
            History =
            [
                .. old.History,
                new ImageHistory
                {
                    Created = now, CreatedBy = string.Join(' ', container.Model.Command), Author = options.Author, Comment = string.IsNullOrEmpty(options.Comment) ? null : options.Comment, EmptyLayer = empty,
                },
            ],
        };
        var image = await _services.Images.CreateAsync(config, reference is null ? [] : [reference], parent?.Id, cancellation).ConfigureAwait(false);
        return image.Id;
    }

    private static ImageRunConfig RunConfig(ContainerConfig config) => new()
    {
        User = config.User,
        ExposedPorts = config.ExposedPorts?.ToDictionary(pair => pair.Key, _ => new Davit.Oci.Image.EmptyObject()),
        Env = config.Env,
        Entrypoint = config.Entrypoint,
        Cmd = config.Cmd,
        Volumes = config.Volumes?.ToDictionary(pair => pair.Key, _ => new Davit.Oci.Image.EmptyObject()),
        WorkingDir = config.WorkingDir,
        Labels = config.Labels is { Count: > 0 } labels ? labels : null,
        StopSignal = config.StopSignal,
        Shell = config.Shell,
        OnBuild = config.OnBuild,
        Healthcheck = config.Healthcheck is { } health
            ? new() { Test = health.Test, Interval = health.Interval, Timeout = health.Timeout, StartPeriod = health.StartPeriod, StartInterval = health.StartInterval, Retries = health.Retries }
            : null,
    };

    /// <summary>The container's configuration where the request says nothing.</summary>
    private static ContainerConfig Overlay(ContainerConfig current, ContainerConfig request) => current with
    {
        User = request.User.Length > 0 ? request.User : current.User,
        Env = request.Env is { Count: > 0 } env ? Create.ConfigMerge.Environment(env, current.Env ?? []) : current.Env,
        Cmd = request.Cmd is { Count: > 0 } command ? command : current.Cmd,
        Entrypoint = request.Entrypoint is { Count: > 0 } entrypoint ? entrypoint : current.Entrypoint,
        WorkingDir = request.WorkingDir.Length > 0 ? request.WorkingDir : current.WorkingDir,
        ExposedPorts = request.ExposedPorts is { Count: > 0 } ports ? ports : current.ExposedPorts,
        Volumes = request.Volumes is { Count: > 0 } volumes ? volumes : current.Volumes,
        Labels = request.Labels is { Count: > 0 } labels ? new Dictionary<string, string>((current.Labels ?? new Dictionary<string, string>()).Concat(labels).GroupBy(pair => pair.Key).Select(group => group.Last())) : current.Labels,
        StopSignal = string.IsNullOrEmpty(request.StopSignal) ? current.StopSignal : request.StopSignal,
        OnBuild = request.OnBuild is { Count: > 0 } triggers ? triggers : current.OnBuild,
        Healthcheck = request.Healthcheck ?? current.Healthcheck,
    };
}
