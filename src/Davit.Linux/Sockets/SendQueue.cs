using System.Runtime.InteropServices;

namespace Davit.Linux.Sockets;

/// <summary>What a connected stream socket still owes its peer.</summary>
public static unsafe partial class SendQueue
{
    private const nuint SiocOutQ = 0x5411;

    /// <summary>Bytes that were written and that the peer's side has not acknowledged (TCP) or not read (unix).</summary>
    /// <exception cref="LinuxException">No socket, or not connected.</exception>
    public static int Length(SafeHandle socket)
    {
        var taken = false;
        try
        {
            socket.DangerousAddRef(ref taken);
            var bytes = 0;
            // SAFETY: the call writes one int, ours; the handle is held for the call.
            if (Ioctl((int)socket.DangerousGetHandle(), SiocOutQ, &bytes) < 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "ioctl SIOCOUTQ");
            return bytes;
        }
        finally
        {
            if (taken) socket.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int fd, nuint request, int* value);
}
