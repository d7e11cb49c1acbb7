using System.Runtime.InteropServices;
using Davit.Linux.Mounts;

namespace Davit.Runtime.Lifecycle;

/// <summary>Mounts of a container without a mount namespace of its own: they lie in ours, and go with the container.</summary>
internal static partial class SharedMounts
{
    private const int Detach = 2, NoFollow = 8;

    /// <summary>Unmounts everything below a root, the innermost first. The kernel's own paths are used, which no link can bend.</summary>
    internal static void Remove(string rootfs)
    {
        foreach (var mount in MountTable.Read().Where(m => m.MountPoint.StartsWith(rootfs + "/", StringComparison.Ordinal)).Reverse()) Unmount(mount.MountPoint, Detach | NoFollow);
    }

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string path, int flags);
}
