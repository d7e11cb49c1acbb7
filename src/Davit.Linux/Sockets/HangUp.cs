using System.Runtime.InteropServices;

namespace Davit.Linux.Sockets;

/// <summary>Asks the kernel whether the other side of a socket is gone. .NET tells only that its input has ended, which a half-close does too.</summary>
public static partial class HangUp
{
    private const short Error = 8;
    private const short HungUp = 16;

    /// <summary>True when the peer has closed both directions.</summary>
    public static unsafe bool Asked(SafeHandle socket)
    {
        var taken = false;
        try
        {
            socket.DangerousAddRef(ref taken);
            var entry = new PollEntry { Descriptor = (int)socket.DangerousGetHandle() };
            // SAFETY: one entry on our stack, a time limit of zero, the handle is held for the call.
            return Poll(&entry, 1, 0) > 0 && (entry.Found & (Error | HungUp)) != 0;
        }
        finally
        {
            if (taken) socket.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
