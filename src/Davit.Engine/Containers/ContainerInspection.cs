using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Engine.Containers.Spec;
using Davit.Engine.Containers.Views;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Everything about a container.</summary>
    /// <param name="idOrName">Which.</param>
    /// <param name="size">Count the bytes of its root file system too.</param>
    /// <param name="cancellation">Gives up counting.</param>
    public async Task<ContainerInspect> InspectAsync(string idOrName, bool size, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var model = container.Model;
        var command = model.Command;
        var started = model.State.StartedAt != default;
        var (written, total) = size ? await SizesAsync(model, cancellation).ConfigureAwait(false) : (0, 0);
        return new ContainerInspect
        {
            Id = model.Id,
            Created = Timestamp.Format(model.Created),
            Path = command.Count > 0 ? command[0] : "",
            Args = [.. command.Skip(1)],
            State = StateOf(model),
            Image = model.ImageId,
            ResolvConfPath = started ? _files.ResolvConf(model) : "",
            HostnamePath = started ? _files.Hostname(model) : "",
            HostsPath = started ? _files.Hosts(model) : "",
            LogPath = model.HostConfig.LogConfig?.Type == "json-file" ? _files.LogDirectory(model.Id) : "",
            Name = model.SlashName,
            RestartCount = model.State.RestartCount,
            Driver = "overlay2",
            Platform = model.Platform,
            AppArmorProfile = ContainerSpecs.AppArmor(model.HostConfig.Privileged, SecurityOptions.Parse(model.HostConfig.SecurityOpt ?? []), _services.Options.AppArmorProfile) ?? "",
            ExecIDs = ExecIdsOf(model.Id),
            HostConfig = ShowLinks(model),
            GraphDriver = GraphDriver(model),
            SizeRw = size ? written : null,
            SizeRootFs = size ? total : null,
            Mounts = MountViews.Of(model),
            Config = model.Config,
            NetworkSettings = NetworkViews.Settings(model, _services.Networks.FindSandbox(model.Id)),
        };
    }

    private static ContainerState StateOf(ContainerModel model)
    {
        var state = model.State;
        return new ContainerState
        {
            Status = state.Status,
            Running = state.Running,
            Paused = state.Paused,
            Restarting = state.Restarting,
            OOMKilled = state.OomKilled,
            Dead = state.Dead,
            Pid = state.Pid,
            ExitCode = state.ExitCode,
            Error = state.Error,
            StartedAt = Timestamp.Format(state.StartedAt == default ? null : state.StartedAt),
            FinishedAt = Timestamp.Format(state.FinishedAt == default ? null : state.FinishedAt),
            Health = state.Health is not { } health ? null : new Davit.DockerApi.Containers.Health
            {
                Status = health.Status,
                FailingStreak = health.FailingStreak,
                Log = [.. health.Log.Select(probe => new HealthLog { Start = Timestamp.Format(probe.Start), End = Timestamp.Format(probe.End), ExitCode = probe.ExitCode, Output = probe.Output })],
            },
        };
    }

    private GraphDriverData GraphDriver(ContainerModel model)
    {
        if (_services.Layers.FindRootFs(model.Id) is not { } rootFs) return new GraphDriverData { Name = "overlay2" };
        return new GraphDriverData
        {
            Name = "overlay2",
            Data = new Dictionary<string, string>
            {
                ["ID"] = model.Id, ["LowerDir"] = string.Join(':', rootFs.LowerDirectories), ["MergedDir"] = _files.RootPath(model.Id), ["UpperDir"] = rootFs.UpperDirectory, ["WorkDir"] = rootFs.WorkDirectory,
            },
        };
    }

    private async Task<(long Written, long Total)> SizesAsync(ContainerModel model, CancellationToken cancellation)
    {
        var written = await _services.Layers.MeasureRootFsAsync(model.Id, cancellation).ConfigureAwait(false);
        return (written, written + (_services.Images.Find(model.ImageId)?.Size ?? 0));
    }
}
