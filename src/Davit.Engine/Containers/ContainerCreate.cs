using System.Security.Cryptography;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Images;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Makes a container of an image that is here.</summary>
    /// <param name="name">Wanted name, or null or empty for one made up.</param>
    /// <param name="request">Configuration, host configuration and networks.</param>
    /// <param name="platform">Platform that the image must have, or null.</param>
    /// <param name="cancellation">Gives up; nothing stays behind.</param>
    /// <exception cref="DavitException">NotFound: <c>No such image: x</c>; Conflict: the name is in use; InvalidArgument: any field that can't be followed, by name.</exception>
    public async Task<CreateContainerResponse> CreateAsync(string? name, CreateContainerRequest request, Platform? platform, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(request.Image)) throw new DavitException(ErrorKind.InvalidArgument, "image reference is required: Config.Image is empty");
        var wantedName = string.IsNullOrEmpty(name) ? null : ContainerName.Check(name);
        var image = ResolveImage(request.Image, platform);
        var config = ConfigMerge.Merge(request, image.Config.Config);
        ConfigValidation.Validate(config);
        var asked = request.HostConfig ?? new HostConfig();
        HostConfigValidation.Validate(config, asked);
        HostConfigValidation.RefuseExposedPorts(request, asked);
        var host = HostConfigDefaults.Fill(asked, _services.Options);
        HostConfigValidation.Validate(config, host); // the daemon's own defaults too
        host = PinLinks(PinDonors(Discard(host)));
        _services.Runner.Expect(); // a create is seldom without a start
        var networks = NetworkPlan.Make(config, host, request.NetworkingConfig, _services.Networks);
        var id = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var finalName = wantedName ?? ContainerName.Invent(_table.IsNameTaken);
        _table.TakeName(finalName, id);
        try
        {
            var model = new ContainerModel
            {
                Id = id,
                Name = finalName,
                Created = _services.Time.GetUtcNow(),
                ImageId = image.Id.ToString(),
                Platform = image.Config.Os.Length > 0 ? image.Config.Os : "linux",
                Config = config with { Hostname = Hostname(config, host, id), Image = request.Image },
                HostConfig = host,
                Networks = networks,
            };
            await MakeAsync(model, image, cancellation).ConfigureAwait(false);
            return new CreateContainerResponse { Id = id, Warnings = Warnings(asked, host) };
        }
        catch
        {
            _table.FreeName(finalName, id);
            throw;
        }
    }

    private async Task MakeAsync(ContainerModel model, Image image, CancellationToken cancellation)
    {
        var chain = await _services.Images.EnsureUnpackedAsync(image, cancellation).ConfigureAwait(false);
        _files.Make(model);
        try
        {
            _services.Layers.CreateRootFs(model.Id, chain, model.IsEphemeral);
            var mounts = await ResolveMountsAsync(model, cancellation).ConfigureAwait(false);
            model = model with { Mounts = mounts, Chain = [.. chain.Select(id => id.ToString())] };
            await _files.WriteAsync(model, cancellation).ConfigureAwait(false);
            var container = new Container(model);
            _table.Add(container);
            Publish(container, "create");
        }
        catch
        {
            await UnmakeAsync(model).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes back a container that could not be made.</summary>
    private async Task UnmakeAsync(ContainerModel model)
    {
        foreach (var volume in _services.Volumes.UsedBy(model.Id))
        {
            _services.Volumes.Release(volume, model.Id);
            if (_services.Volumes.Find(volume) is { Anonymous: true }) await _services.Volumes.RemoveAsync(volume, force: true, CancellationToken.None).ConfigureAwait(false);
        }

        _services.Layers.RemoveRootFs(model.Id);
        await _files.DeleteAsync(model).ConfigureAwait(false);
    }

    private Image ResolveImage(string name, Platform? platform)
    {
        var image = _services.Images.Resolve(name);
        if (platform is not null && !platform.Accepts(new Platform { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant }))
        {
            throw new DavitException(ErrorKind.NotFound, $"image with reference {name} was found but does not provide the specified platform ({platform})");
        }

        return image;
    }

    /// <summary>Takes out what this kernel can't do; <see cref="Warnings"/> tells of it.</summary>
    private HostConfig Discard(HostConfig host) => _services.Resources.HasBlockWeights ? host : host with { BlkioWeight = 0, BlkioWeightDevice = [] };

    /// <summary>Names of other containers in modes become their ids: they stay right when the other one is renamed. One that is not there is missed at the start.</summary>
    private HostConfig PinDonors(HostConfig host) => host with { NetworkMode = Pin(host.NetworkMode), PidMode = Pin(host.PidMode), IpcMode = Pin(host.IpcMode) };

    private string Pin(string mode) => HostConfigValidation.IsContainer(mode) && _table.Find(mode[10..]) is { } donor ? "container:" + donor.Id : mode;

    private string Hostname(ContainerConfig config, HostConfig host, string id)
    {
        if (config.Hostname.Length > 0) return config.Hostname;
        if (host.UTSMode == "host" || host.NetworkMode == "host") return Environment.MachineName;
        if (HostConfigValidation.IsContainer(host.NetworkMode)) return _table.Find(host.NetworkMode[10..])?.Model.Config.Hostname ?? id[..12];
        return id[..12];
    }

    private static List<string> Warnings(HostConfig asked, HostConfig host)
    {
        List<string> warnings = [];
        if (asked.BlkioWeight != host.BlkioWeight) warnings.Add("Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.");
        if ((asked.BlkioWeightDevice?.Count ?? 0) != (host.BlkioWeightDevice?.Count ?? 0)) warnings.Add("Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.");
        if (host.OomKillDisable is true && host.Memory == 0)
        {
            warnings.Add("OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
        }

        if (host.NetworkMode == "host" && (host.PortBindings is { Count: > 0 } || host.PublishAllPorts)) warnings.Add("Published ports are discarded when using host network mode");
        return warnings;
    }
}
