using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Model;

namespace Davit.Engine.Containers.Views;

/// <summary>Mounts as inspect and list show them.</summary>
internal static class MountViews
{
    public static IReadOnlyList<MountPoint> Of(ContainerModel model) => [.. model.Mounts.Select(mount => new MountPoint
    {
        Type = mount.Type,
        Name = mount.Volume,
        Source = mount.Source,
        Destination = mount.Destination,
        Driver = mount.Type == "volume" ? mount.Driver ?? "local" : null,
        Mode = mount.Mode,
        RW = !mount.ReadOnly,
        Propagation = mount.Propagation,
    })];
}
