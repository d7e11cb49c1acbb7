using Davit.Oci;

namespace Davit.Storage.Layers;

/// <summary>Layers unpacked once, keyed by chain id, and root file systems made of them.</summary>
public interface ILayerStore
{
    /// <summary>The layer of a chain id, or null when it is not unpacked.</summary>
    Layer? Find(Digest chainId);

    /// <summary>All layers.</summary>
    IReadOnlyCollection<Layer> List();

    /// <summary>Unpacks an uncompressed layer tar, verifying its DiffID while it unpacks; does not need the parent to be there. Idempotent.</summary>
    /// <param name="parents">Chain ids below, base first; may still be in the making.</param>
    /// <param name="diffId">Digest that the uncompressed tar must have, or null to take what comes (import, build).</param>
    /// <param name="tar">The uncompressed tar; read to its end.</param>
    /// <param name="cancellation">Gives up; nothing stays behind.</param>
    /// <exception cref="Davit.Primitives.DavitException">DataLoss: wrong DiffID or truncated; InvalidArgument: an entry climbs out of the layer.</exception>
    Task<Layer> ApplyAsync(IReadOnlyList<Digest> parents, Digest? diffId, Stream tar, CancellationToken cancellation);

    /// <summary>Turns the writable directory of a root file system into a layer without copying file data where it can; the directory is consumed.</summary>
    /// <param name="rootFsId">A root file system that nothing has mounted any more.</param>
    /// <param name="cancellation">Gives up before the layer is made.</param>
    Task<Layer> CommitAsync(string rootFsId, CancellationToken cancellation);

    /// <summary>
    /// Makes a layer of what a root file system's writable directory holds now, and leaves the directory as it is: for <c>docker commit</c>, whose container
    /// lives on. Files that change meanwhile make it fail, so pause what runs.
    /// </summary>
    /// <param name="rootFsId">Mounted or not.</param>
    /// <param name="cancellation">Gives up; nothing stays behind.</param>
    Task<Layer> SnapshotAsync(string rootFsId, CancellationToken cancellation);

    /// <summary>Returns when these layers would survive a power cut. Layers made here have no blob to come back from: wait for this before acknowledging an image of them.</summary>
    Task FlushAsync(IReadOnlyCollection<Digest> chainIds, CancellationToken cancellation);

    /// <summary>Writes the tar of one layer's changes, the bytes whose digest is its DiffID.</summary>
    Task WriteTarAsync(Layer layer, Stream destination, CancellationToken cancellation);

    /// <summary>Removes an unpacked layer; the caller knows that nothing uses it.</summary>
    Task RemoveAsync(Digest chainId, CancellationToken cancellation);

    /// <summary>Makes the writable part of a root file system over a chain of layers.</summary>
    /// <param name="id">Id of the container or build step.</param>
    /// <param name="chain">Chain ids, base first; all unpacked. Empty for an empty root.</param>
    /// <param name="ephemeral">True for <c>--rm</c> containers and build steps: no sync on unmount (overlay <c>volatile</c>), kept under the run-time directory's lifetime.</param>
    RootFs CreateRootFs(string id, IReadOnlyList<Digest> chain, bool ephemeral);

    /// <summary>The root file system of an id, or null.</summary>
    RootFs? FindRootFs(string id);

    /// <summary>Ids of all root file systems, those of an earlier daemon too; the owner removes what it does not know.</summary>
    IReadOnlyCollection<string> ListRootFs();

    /// <summary>Makes a root file system ready to be mounted again after it was mounted before: a volatile overlay leaves a mark that refuses the next mount.</summary>
    void PrepareMount(RootFs rootFs);

    /// <summary>Bytes of file content in the writable part, walked now (<c>ps -s</c>, <c>system df -v</c>).</summary>
    Task<long> MeasureRootFsAsync(string id, CancellationToken cancellation);

    /// <summary>Removes the writable part; nothing may have it mounted. Nothing happens when it is not there.</summary>
    void RemoveRootFs(string id);

    /// <summary>Reads a small file (at most 1 MiB) of a root file system without mounting it, through the layers, whiteouts and symbolic links; null when it is not there.</summary>
    /// <param name="rootFs">Running or not.</param>
    /// <param name="path">Absolute path inside, for example <c>/etc/passwd</c>.</param>
    byte[]? TryReadFile(RootFs rootFs, string path);

    /// <summary>Reads the first bytes of a regular file of a root file system, of whatever size; null when it is not there.</summary>
    /// <inheritdoc cref="TryReadFile"/>
    byte[]? TryReadHead(RootFs rootFs, string path, int length);

    /// <summary>Mounts the overlay somewhere in the daemon's own mount namespace until the result is disposed: for cp, export and commit of containers that don't run.</summary>
    MountedRootFs Mount(RootFs rootFs, bool readOnly);
}
