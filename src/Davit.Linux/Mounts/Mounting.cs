using System.Runtime.InteropServices;
using Davit.Linux.Native;

namespace Davit.Linux.Mounts;

/// <summary>mount(2) and umount2(2), in the caller's own mount namespace.</summary>
public static class Mounting
{
    private const int Detach = 2;

    /// <summary>Mounts.</summary>
    /// <param name="source">Device, directory, or any word for file systems without one.</param>
    /// <param name="target">An existing directory or file.</param>
    /// <param name="type">File system; ignored for bind mounts.</param>
    /// <param name="flags">How.</param>
    /// <param name="data">The file system's own options.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void Mount(string source, string target, string type, MountFlags flags, string data)
    {
        if (MountLibc.Mount(source, target, type, (ulong)flags, data) != 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "mount", target);
    }

    /// <summary>Unmounts, now or when the last user is gone.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void Unmount(string target)
    {
        if (MountLibc.Unmount(target, Detach) != 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "umount", target);
    }

    /// <summary>Unmounts what is mounted on a directory; false when nothing is.</summary>
    public static bool TryUnmount(string target) => MountLibc.Unmount(target, Detach) == 0;
}
