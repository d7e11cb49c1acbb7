using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>A descriptor that came over a Unix socket, and the text with it.</summary>
internal static unsafe partial class ReceivedDescriptor
{
    private const int Interrupted = 4;

    internal static int Take(Socket socket) => Take(socket, out _);

    internal static int Take(Socket socket, out string text)
    {
        var bytes = stackalloc byte[16384];
        var vector = stackalloc nint[2];
        (vector[0], vector[1]) = ((nint)bytes, 16384);
        var control = stackalloc long[8];
        var message = stackalloc nint[7];
        new Span<nint>(message, 7).Clear();
        (message[2], message[3], message[4], message[5]) = ((nint)vector, 1, (nint)control, 64);

        // whoever connected may send nothing
        socket.ReceiveTimeout = 30_000;

        // SAFETY: struct msghdr with buffers of this frame.
        nint got;
        do
        {
            got = ReceiveMessage((int)socket.Handle, message, 0x40000000);
        }
        while (got < 0 && Marshal.GetLastPInvokeError() == Interrupted); // a call with a time limit is not begun again by the kernel
        Assert.True(got > 0, $"recvmsg: {Marshal.GetLastPInvokeError()}");
        text = System.Text.Encoding.UTF8.GetString(bytes, (int)got);
        Assert.Equal(20, control[0]);
        return (int)control[2];
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int fd, nint* message, int flags);
}
