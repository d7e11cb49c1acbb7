using Davit.Primitives;

namespace Davit.Storage.Disk;

/// <summary>Where things are below the data root and the run-time root.</summary>
internal sealed class StoragePaths(Instance instance)
{
    internal string Data { get; } = instance.DataRoot;

    internal string Lock => Path.Combine(Data, "lock");

    internal string Format => Path.Combine(Data, "format");

    internal string Database => Path.Combine(Data, "davit.db");

    /// <summary>Space for removals on a full disk.</summary>
    internal string Reserve => Path.Combine(Data, "reserve");

    internal string Blobs => Path.Combine(Data, "content", "blobs");

    internal string Ingests => Path.Combine(Data, "content", "ingest");

    internal string Layers => Path.Combine(Data, "layers");

    /// <summary>Layers in the making; nothing in it survives a start.</summary>
    internal string NewLayers => Path.Combine(Data, "layers-new");

    /// <summary>What is being removed; nothing in it survives a start.</summary>
    internal string Trash => Path.Combine(Data, "trash");

    /// <summary>The lower directory of a root without layers: overlayfs wants one.</summary>
    internal string EmptyLayer => Path.Combine(Data, "empty");

    internal string RootFs => Path.Combine(Data, "containers-fs");

    /// <summary>Writable parts of containers that are gone when they stop, and of build steps.</summary>
    internal string EphemeralRootFs => Path.Combine(Data, "containers-fs-ephemeral");

    /// <summary>Chains of ephemeral root file systems: on tmpfs, so that a reboot forgets them.</summary>
    internal string EphemeralChains { get; } = Path.Combine(instance.RunRoot, "rootfs");

    internal void Create()
    {
        DiskFiles.MakeDirectory(Data, 0x1C9);
        foreach (var path in (string[])[Path.Combine(Data, "content"), Blobs, Path.Combine(Blobs, "sha256"), Path.Combine(Blobs, "sha512"), Ingests, Layers, NewLayers, Trash, EmptyLayer, RootFs, EphemeralRootFs])
        {
            DiskFiles.MakeDirectory(path, path == EmptyLayer ? 0x1EDu : 0x1C0u);
        }

        DiskFiles.MakeDirectory(EphemeralChains, 0x1C0);
    }
}
