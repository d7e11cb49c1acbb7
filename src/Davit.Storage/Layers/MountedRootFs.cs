namespace Davit.Storage.Layers;

/// <summary>An overlay mounted for the daemon's own use; unmounted on dispose.</summary>
public abstract class MountedRootFs : IDisposable
{
    /// <summary>Where it is mounted. Work below it only through openat2 with RESOLVE_IN_ROOT.</summary>
    public abstract string Path { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
