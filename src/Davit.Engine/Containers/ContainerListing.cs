using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Model;
using Davit.Engine.Containers.Views;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Containers, the newest first.</summary>
    /// <exception cref="Davit.Primitives.DavitException">InvalidArgument: an unknown filter or value; NotFound: <c>before</c> or <c>since</c> names none.</exception>
    public async Task<IReadOnlyList<ContainerSummary>> ListAsync(ListOptions options, CancellationToken cancellation)
    {
        var filter = new ListFilter(options, name => _table.Get(name).Model, _services);
        List<ContainerSummary> list = [];
        foreach (var container in _table.All.OrderByDescending(container => container.Model.Created).ThenBy(container => container.Id, StringComparer.Ordinal))
        {
            if (filter.IsFull(list.Count)) break;
            var model = container.Model;
            if (!filter.Accepts(model)) continue;
            var summary = Summary(model);
            if (options.Size)
            {
                var (written, total) = await SizesAsync(model, cancellation).ConfigureAwait(false);
                summary = summary with { SizeRw = written, SizeRootFs = total };
            }

            list.Add(summary);
        }

        return list;
    }

    private ContainerSummary Summary(ContainerModel model)
    {
        var sandbox = model.State.Running ? _services.Networks.FindSandbox(model.Id) : null;
        return new ContainerSummary
        {
            Id = model.Id,
            Names = [model.SlashName],
            Image = ImageName(model),
            ImageID = model.ImageId,
            Command = string.Join(' ', model.Command.Select((word, index) => index > 0 && word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word)),
            Created = model.Created.ToUnixTimeSeconds(),
            Ports = NetworkViews.PortList(model, sandbox),
            Labels = model.Config.Labels ?? new Dictionary<string, string>(),
            State = model.State.Status,
            Status = StatusText.Of(model.State, _services.Time.GetUtcNow()),
            HostConfig = new() { NetworkMode = model.HostConfig.NetworkMode, Annotations = model.HostConfig.Annotations },
            NetworkSettings = new() { Networks = NetworkViews.Endpoints(model, sandbox) },
            Mounts = MountViews.Of(model),
        };
    }

    /// <summary>The name it was made by, while that still means the same image.</summary>
    private string ImageName(ContainerModel model)
    {
        try
        {
            return _services.Images.Find(model.Config.Image)?.Id.ToString() == model.ImageId ? model.Config.Image : model.ImageId;
        }
        catch (Davit.Primitives.DavitException)
        {
            return model.ImageId; // what was a unique prefix no longer is
        }
    }
}
