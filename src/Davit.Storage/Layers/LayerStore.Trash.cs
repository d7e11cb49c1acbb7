using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Storage.Disk;

namespace Davit.Storage.Layers;

/// <summary>Removal: a rename at once, the deleting behind it. What a crash leaves in the trash goes at the next start.</summary>
internal sealed partial class LayerStore
{
    private readonly Lock _trashGate = new();
    private Task _trash = Task.CompletedTask;

    private void MoveToTrash(string path)
    {
        var target = Path.Combine(_paths.Trash, Guid.NewGuid().ToString("N"));
        var errno = DirectoryCalls.Rename(DirectoryCalls.WorkingDirectory, path, DirectoryCalls.WorkingDirectory, target, replace: true);
        if (errno is Errno.ENOSPC or Errno.EDQUOT)
        {
            // a name in the trash takes space too
            DiskFiles.RemoveTree(path);
            return;
        }

        DiskFiles.Check(errno, "rename", target);
        EmptyTrash();
    }

    private void EmptyTrash()
    {
        // one at a time: two would only disturb each other
        lock (_trashGate) _trash = _trash.ContinueWith(_ => DeleteTrash(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void DeleteTrash()
    {
        foreach (var name in DiskFiles.Names(_paths.Trash)) TryRemove(Path.Combine(_paths.Trash, name));
    }
}
