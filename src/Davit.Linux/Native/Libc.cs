using System.Runtime.InteropServices;

namespace Davit.Linux.Native;

/// <summary>Plain C library calls, named as their manual pages. Friendly forms stand one folder above.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);
}
