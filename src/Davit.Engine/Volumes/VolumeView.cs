using Davit.DockerApi;
using Davit.DockerApi.Volumes;

namespace Davit.Engine.Volumes;

/// <summary>Volumes as the API shows them.</summary>
public static class VolumeView
{
    /// <summary>Everything of one volume but its size.</summary>
    public static Volume Of(VolumeModel volume, VolumeService volumes)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(volumes);
        return new Volume
        {
            // Docker shows whole seconds here
            CreatedAt = Timestamp.Format(volume.Created.AddTicks(-(volume.Created.Ticks % TimeSpan.TicksPerSecond))),
            Driver = volume.Driver,
            Labels = volume.Labels,
            Mountpoint = volumes.MountpointOf(volume),
            Name = volume.Name,
            Options = volume.Options,
        };
    }
}
