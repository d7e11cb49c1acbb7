using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Storage.Layers;

namespace Davit.Build.Solving;

/// <summary>Changes a snapshot and makes a layer of the change; nothing stays of a change that fails.</summary>
internal static class LayerStep
{
    /// <returns>The new layer, or null when nothing was changed.</returns>
    public static async Task<Layer?> MakeAsync(ILayerStore layers, Snapshot basis, Func<RootFs, Task> change, CancellationToken cancellation)
    {
        var id = "build-" + BuildSession.NewId()[..24];
        var rootFs = layers.CreateRootFs(id, basis.Chain, ephemeral: true);
        try
        {
            await change(rootFs).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (!IsEmpty(rootFs.UpperDirectory)) return await layers.CommitAsync(id, cancellation).ConfigureAwait(false);
            layers.RemoveRootFs(id);
            return null;
        }
        catch
        {
            layers.RemoveRootFs(id);
            throw;
        }
    }

    private static bool IsEmpty(string directory)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Directory, 0, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", directory);
        var names = new List<string>();
        errno = DirectoryListing.Read(fd, names);
        FileIo.Close(fd);
        return errno == Errno.None ? names.Count == 0 : throw new LinuxException(errno, "readdir", directory);
    }
}
