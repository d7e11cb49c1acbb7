using System.Runtime.InteropServices;

namespace Davit.Linux.Processes;

/// <summary>The C library's heap, which compression, TLS and the database live on; a daemon at rest gives back what it does not need.</summary>
public static partial class NativeHeap
{
    private const int ArenaMax = -8;
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    /// <summary>Keeps the heap in few arenas and large blocks out of it. Call it before threads are many.</summary>
    public static void KeepSmall()
    {
        _ = SetOption(ArenaMax, 2);
        _ = SetOption(TrimThreshold, 256 << 10);
        _ = SetOption(MapThreshold, 256 << 10);
    }

    /// <summary>Gives free memory back to the kernel.</summary>
    public static void Trim() => _ = TrimAll(0);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimAll(nuint keep);
}
