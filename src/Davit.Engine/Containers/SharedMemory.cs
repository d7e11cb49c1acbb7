using System.Globalization;
using Davit.Linux.Mounts;

namespace Davit.Engine.Containers;

/// <summary>/dev/shm of a container whose IPC others may join: a tmpfs on the host's side.</summary>
internal static class SharedMemory
{
    /// <summary>Mounts it, once.</summary>
    public static string Make(string directory, long size)
    {
        Directory.CreateDirectory(directory);
        Remove(directory);
        Directory.CreateDirectory(directory);
        Mounting.Mount("shm", directory, "tmpfs", MountFlags.NoSuid | MountFlags.NoExec | MountFlags.NoDevices, string.Create(CultureInfo.InvariantCulture, $"mode=1777,size={size}"));
        return directory;
    }

    /// <summary>Unmounts it; nothing happens when there is none.</summary>
    public static void Remove(string directory)
    {
        if (!Directory.Exists(directory)) return;
        Mounting.TryUnmount(directory);
        Directory.Delete(directory);
    }
}
