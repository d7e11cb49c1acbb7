using System.Runtime.InteropServices;

namespace Davit.Linux.Native;

/// <summary>System calls for overlay mounts without a mount point.</summary>
internal static unsafe partial class OverlayLibc
{
    internal const int SysFsOpen = 430;
    internal const int SysFsConfig = 431;
    internal const int SysFsMount = 432;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint FsOpen(nint number, byte* type, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint FsConfig(nint number, nint fd, nint command, byte* key, byte* value, nint aux);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint FsMount(nint number, nint fd, nint flags, nint attributes);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true)]
    internal static partial int Mount(byte* source, byte* target, byte* type, nuint flags, byte* data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true)]
    internal static partial int Unmount(byte* target, int flags);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true)]
    internal static partial int ChangeDirectory(byte* path);
}
