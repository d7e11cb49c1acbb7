using System.Text;
using Davit.Linux;

namespace Davit.Runtime.Launch;

/// <summary>Hands a descriptor to whoever listens on a stream socket with a path: the terminal's master (<c>--console-socket</c>), a seccomp listener.</summary>
internal static unsafe class DescriptorSocket
{
    private const int Unix = 1, Stream = 1 | 0x80000, Rights = 1, Level = 1, NoSignal = 0x4000, PathSize = 108, Again = 4;

    /// <summary>Connects, sends text and descriptor in one message, and closes the connection.</summary>
    /// <param name="what">Begins the message of a failure.</param>
    /// <param name="path">The socket.</param>
    /// <param name="text">Goes with the descriptor; not empty.</param>
    /// <param name="descriptor">Stays open here.</param>
    /// <exception cref="Primitives.DavitException">Nobody listens, or the connection fails.</exception>
    internal static void Send(string what, string path, ReadOnlySpan<byte> text, int descriptor)
    {
        Kernel.Prepare();
        var bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length >= PathSize) throw new LinuxException(Errno.ENAMETOOLONG, "connect", path).ToDavitException(what);
        var fd = Kernel.Call(SystemCall.Socket, Unix, Stream, 0);
        if (fd < 0) throw Failure(what, "socket", path);
        try
        {
            var address = stackalloc byte[2 + PathSize];
            new Span<byte>(address, 2 + PathSize).Clear();
            *(ushort*)address = Unix;
            bytes.CopyTo(new Span<byte>(address + 2, PathSize));

            // SAFETY: struct sockaddr_un with its terminating zero; all other structures live on this frame until the call is over.
            if (Kernel.Call(SystemCall.Connect, fd, (nint)address, 2 + bytes.Length + 1) < 0) throw Failure(what, "connect", path);
            fixed (byte* start = text)
            {
                Send(what, path, fd, start, text.Length, descriptor);
            }
        }
        finally
        {
            Kernel.Call(SystemCall.Close, fd);
        }
    }

    private static void Send(string what, string path, nint fd, byte* start, int length, int descriptor)
    {
        var vector = stackalloc nint[2];
        var control = stackalloc long[3]; // struct cmsghdr: length, level and type, then the descriptor
        (control[0], control[1], control[2]) = (20, Level | ((long)Rights << 32), descriptor);
        var message = stackalloc nint[7];
        for (var first = true; length > 0; first = false)
        {
            (vector[0], vector[1]) = ((nint)start, length);
            new Span<nint>(message, 7).Clear();
            (message[2], message[3]) = ((nint)vector, 1);
            if (first) (message[4], message[5]) = ((nint)control, 24);
            nint sent;
            while ((sent = Kernel.Call(SystemCall.Sendmsg, fd, (nint)message, NoSignal)) < 0)
            {
                if (Kernel.Errno != Again) throw Failure(what, "sendmsg", path);
            }

            start += sent;
            length -= (int)sent;
        }
    }

    private static Primitives.DavitException Failure(string what, string call, string path) => new LinuxException((Errno)Kernel.Errno, call, path).ToDavitException(what);
}
