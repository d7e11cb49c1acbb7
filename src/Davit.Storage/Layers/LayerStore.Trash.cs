using Davit.Storage.Disk;

namespace Davit.Storage.Layers;

/// <summary>Removal: a rename at once, the deleting behind it. What a crash leaves in the trash goes at the next start.</summary>
internal sealed partial class LayerStore
{
    private readonly Lock _trashGate = new();
    private Task _trash = Task.CompletedTask;

    private void MoveToTrash(string path)
    {
        DiskFiles.Rename(path, Path.Combine(_paths.Trash, Guid.NewGuid().ToString("N")));
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
