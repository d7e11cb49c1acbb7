using System.Runtime.InteropServices;
using Davit.Linux.Descriptors;

namespace Davit.Linux.Sockets;

/// <summary>A message too large for a datagram, handed over as a sealed file in memory: journald takes such in place of the datagram's content.</summary>
public static unsafe partial class SealedMessage
{
    private const uint CloseOnExec = 1, AllowSealing = 2;
    private const int AddSeals = 1033, AllSeals = 0xf; // seal, shrink, grow, write
    private const int SolSocket = 1, ScmRights = 1, NoSignal = 0x4000;

    /// <summary>Sends a message over a connected unix datagram socket; waits while the receiver's queue is full.</summary>
    /// <exception cref="LinuxException">The kernel or the receiver refuses.</exception>
    public static void Send(SafeHandle socket, ReadOnlySpan<byte> content)
    {
        using var file = Made(content);
        var taken = false;
        try
        {
            socket.DangerousAddRef(ref taken);
            // struct cmsghdr {size_t length; int level, type} and one descriptor, padded to a word
            var control = stackalloc byte[24];
            *(nuint*)control = 20;
            *(int*)(control + 8) = SolSocket;
            *(int*)(control + 12) = ScmRights;
            *(int*)(control + 16) = file.Number;
            *(int*)(control + 20) = 0;
            var header = new MessageHeader { Control = control, ControlLength = 24 };
            // SAFETY: header and control lie on our stack with their lengths told; both descriptors are held for the call.
            if (SendMsg((int)socket.DangerousGetHandle(), &header, NoSignal) < 0) throw Failure("sendmsg");
        }
        finally
        {
            if (taken) socket.DangerousRelease();
        }
    }

    private static FileDescriptor Made(ReadOnlySpan<byte> content)
    {
        int fd;
        // SAFETY: the name is zero-terminated.
        fixed (byte* name = "log-message\0"u8) fd = MemfdCreate(name, CloseOnExec | AllowSealing);
        if (fd < 0) throw Failure("memfd_create");
        var file = new FileDescriptor(fd);
        try
        {
            // SAFETY: the content's bytes and their number.
            fixed (byte* bytes = content)
            {
                for (var done = 0; done < content.Length;)
                {
                    var written = Write(fd, bytes + done, (nuint)(content.Length - done));
                    if (written < 0) throw Failure("write");
                    done += (int)written;
                }
            }

            if (Fcntl(fd, AddSeals, AllSeals) < 0) throw Failure("fcntl F_ADD_SEALS");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static LinuxException Failure(string call) => new((Errno)Marshal.GetLastPInvokeError(), call);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int MemfdCreate(byte* name, uint flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int fd, int command, int argument);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMsg(int fd, MessageHeader* message, int flags);

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public void* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
