using Davit.DockerApi.Containers;
using Davit.Engine.Archive;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>What a container has changed in its root file system.</summary>
    public Task<IReadOnlyList<FilesystemChange>> ChangesAsync(string idOrName, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var rootFs = _services.Layers.FindRootFs(container.Id) ?? throw new DavitException(ErrorKind.DataLoss, $"the root file system of container {container.Id} is gone");
        return Task.Run<IReadOnlyList<FilesystemChange>>(() => OverlayChanges.Find(rootFs.UpperDirectory, rootFs.LowerDirectories, cancellation), cancellation);
    }

    /// <summary>Writes the tar of a container's root file system.</summary>
    public async Task ExportAsync(string idOrName, Stream destination, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var rootFs = _services.Layers.FindRootFs(container.Id) ?? throw new DavitException(ErrorKind.DataLoss, $"the root file system of container {container.Id} is gone");
        using var mounted = _services.Layers.Mount(rootFs, readOnly: true);
        await Davit.Archive.TarPacker.PackAsync(mounted.Path, "/", "", destination, new(), cancellation).ConfigureAwait(false);
        Publish(container, "export");
    }
}
