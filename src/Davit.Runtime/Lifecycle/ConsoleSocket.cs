using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux;

namespace Davit.Runtime.Lifecycle;

/// <summary>Hands a terminal's master to whoever listens on <c>--console-socket</c>.</summary>
internal static unsafe class ConsoleSocket
{
    private const int Unix = 1, Stream = 1 | 0x80000, Rights = 1, Level = 1, NoSignal = 0x4000, PathSize = 108;

    internal static void Send(string path, int master)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length >= PathSize) throw new LinuxException(Errno.ENAMETOOLONG, "connect", path).ToDavitException("console socket");
        var fd = LifecycleLibc.Socket(Unix, Stream, 0);
        try
        {
            var address = stackalloc byte[2 + PathSize];
            new Span<byte>(address, 2 + PathSize).Clear();
            *(ushort*)address = Unix;
            bytes.CopyTo(new Span<byte>(address + 2, PathSize));

            // SAFETY: struct sockaddr_un with its terminating zero; all other structures live on this frame until the call is over.
            if (LifecycleLibc.Connect(fd, address, (uint)(2 + bytes.Length + 1)) < 0) throw Failure("connect", path);
            var name = "terminal"u8;
            var text = stackalloc byte[8];
            name.CopyTo(new Span<byte>(text, 8));
            var vector = stackalloc nint[2];
            vector[0] = (nint)text;
            vector[1] = name.Length;
            var control = stackalloc long[3]; // struct cmsghdr: length, level and type, then the descriptor
            control[0] = 20;
            control[1] = Level | ((long)Rights << 32);
            control[2] = master;
            var message = stackalloc nint[7];
            new Span<nint>(message, 7).Clear();
            message[2] = (nint)vector;
            message[3] = 1;
            message[4] = (nint)control;
            message[5] = 24;
            if (LifecycleLibc.SendMessage(fd, message, NoSignal) < 0) throw Failure("sendmsg", path);
        }
        finally
        {
            LifecycleLibc.Close(fd);
        }
    }

    private static Davit.Primitives.DavitException Failure(string call, string path) =>
        new LinuxException((Errno)Marshal.GetLastPInvokeError(), call, path).ToDavitException("console socket");
}
