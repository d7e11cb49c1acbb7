using System.Runtime.InteropServices;
using Davit.Linux.Descriptors;
using Davit.Linux.Native;

namespace Davit.Linux.Processes;

/// <summary>Waits for the end of a process that need not be a child of ours.</summary>
public static partial class ProcessEnd
{
    private const short Readable = 1;

    /// <summary>Waits until a process has ended: its descriptors are closed and its locks given back, whether or not its parent has asked for its exit code.</summary>
    /// <returns>False when it still runs at the end of <paramref name="patience"/>.</returns>
    public static unsafe bool Wait(int pid, TimeSpan patience)
    {
        var number = ProcessLibc.PidfdOpen(ProcessLibc.SysPidfdOpen, pid, 0);
        if (number < 0) return true;
        using var descriptor = new FileDescriptor(number);
        var entry = new PollEntry { Descriptor = number, Wanted = Readable };
        // SAFETY: one entry on our stack; the descriptor is open until the end of the method.
        return Poll(&entry, 1, (int)patience.TotalMilliseconds) > 0;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
