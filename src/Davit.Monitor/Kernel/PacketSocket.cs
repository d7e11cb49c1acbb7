using System.Text;
using Davit.Linux;

namespace Davit.Monitor.Kernel;

/// <summary>SEQPACKET sockets with descriptors in flight: the wire between daemon, zygote and monitors.</summary>
internal static unsafe class PacketSocket
{
    /// <summary>Descriptors that one message may carry.</summary>
    internal const int MaxDescriptors = 16;

    private const int ControlSize = 16 + (MaxDescriptors * 4);

    /// <summary>A connected pair, both close-on-exec.</summary>
    internal static (int Ours, int Theirs) Pair()
    {
        int* ends = stackalloc int[2];
        // SAFETY: two ints are what socketpair writes.
        if (Sys.SocketPair(Sys.AfUnix, Sys.SockSeqPacket | Sys.SockCloexec, 0, ends) < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "socketpair");
        }

        WidenSendBuffer(ends[0]);
        WidenSendBuffer(ends[1]);
        return (ends[0], ends[1]);
    }

    /// <summary>
    /// One MiB in flight before a slow reader is felt, which is what Docker buffers for a client. The plain option is capped by the host's limit,
    /// the forced one needs CAP_NET_ADMIN; a smaller buffer only makes the back-pressure start earlier.
    /// </summary>
    internal static void WidenSendBuffer(int socket)
    {
        int size = 1 << 20;
        // SAFETY: the option's value is one int.
        if (Sys.SetOption(socket, Sys.SolSocket, Sys.SoSendBufferForce, &size, sizeof(int)) < 0)
        {
            Sys.SetOption(socket, Sys.SolSocket, Sys.SoSendBuffer, &size, sizeof(int));
        }
    }

    /// <summary>A listening socket at a path of any length; the path must not exist.</summary>
    internal static int Listen(string path, int backlog)
    {
        int socket = Sys.Socket(Sys.AfUnix, Sys.SockSeqPacket | Sys.SockCloexec | Sys.SockNonBlock, 0);
        if (socket < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "socket");
        }

        byte* address = stackalloc byte[110];
        using var through = new ShortPath(path);
        int length = Address(through.Text, address);
        // SAFETY: the address was written above and is as long as told.
        if (Sys.Bind(socket, address, length) < 0 || Sys.Listen(socket, backlog) < 0)
        {
            var errno = (Errno)Sys.Errno;
            Sys.Close(socket);
            throw new LinuxException(errno, "bind", path);
        }

        return socket;
    }

    /// <summary>Connects; returns minus errno when nobody listens.</summary>
    internal static int Connect(string path)
    {
        int socket = Sys.Socket(Sys.AfUnix, Sys.SockSeqPacket | Sys.SockCloexec, 0);
        if (socket < 0)
        {
            return -Sys.Errno;
        }

        byte* address = stackalloc byte[110];
        ShortPath through;
        try
        {
            through = new ShortPath(path);
        }
        catch (LinuxException e)
        {
            Sys.Close(socket);
            return -(int)e.Errno;
        }

        using (through)
        {
            int length = Address(through.Text, address);
            // SAFETY: the address was written above and is as long as told.
            if (Sys.Connect(socket, address, length) < 0)
            {
                int errno = Sys.Errno;
                Sys.Close(socket);
                return -errno;
            }
        }

        WidenSendBuffer(socket);
        return socket;
    }

    /// <summary>Sends one message of two parts and descriptors; returns bytes sent or minus errno.</summary>
    internal static nint Send(int socket, byte* head, int headLength, byte* body, int bodyLength, int* descriptors, int descriptorCount, int flags)
    {
        IoVector* vectors = stackalloc IoVector[2];
        vectors[0].Base = head;
        vectors[0].Length = headLength;
        vectors[1].Base = body;
        vectors[1].Length = bodyLength;
        byte* control = stackalloc byte[ControlSize + 8];
        MessageHeader message = default;
        message.Vectors = vectors;
        message.VectorCount = bodyLength > 0 ? 2 : 1;
        if (descriptorCount > 0)
        {
            // SAFETY: struct cmsghdr is {size_t len; int level; int type}; the buffer holds MaxDescriptors.
            *(nint*)control = 16 + (descriptorCount * 4);
            *(int*)(control + 8) = Sys.SolSocket;
            *(int*)(control + 12) = Sys.ScmRights;
            for (int i = 0; i < descriptorCount; i++)
            {
                ((int*)(control + 16))[i] = descriptors[i];
            }

            message.ControlData = control;
            message.ControlLength = (16 + (descriptorCount * 4) + 7) & ~7;
        }

        for (;;)
        {
            // SAFETY: all parts live on this frame or are the caller's.
            nint sent = Sys.SendMessage(socket, &message, flags | Sys.MsgNoSignal);
            if (sent >= 0)
            {
                return sent;
            }

            int errno = Sys.Errno;
            if (errno != (int)Errno.EINTR)
            {
                return -errno;
            }
        }
    }

    /// <summary>Receives one message; returns its length, 0 at the end, or minus errno. A message longer than the buffer counts as EMSGSIZE.</summary>
    internal static nint Receive(int socket, byte* buffer, int capacity, int* descriptors, out int descriptorCount, int flags)
    {
        IoVector vector;
        vector.Base = buffer;
        vector.Length = capacity;
        byte* control = stackalloc byte[ControlSize + 8];
        MessageHeader message = default;
        descriptorCount = 0;
        nint got;
        for (;;)
        {
            message.Vectors = &vector;
            message.VectorCount = 1;
            message.ControlData = control;
            message.ControlLength = ControlSize;
            // SAFETY: all parts live on this frame or are the caller's.
            got = Sys.ReceiveMessage(socket, &message, flags | Sys.MsgCmsgCloexec);
            if (got >= 0)
            {
                break;
            }

            int errno = Sys.Errno;
            if (errno != (int)Errno.EINTR)
            {
                return -errno;
            }
        }

        if (message.ControlLength >= 16 && *(int*)(control + 8) == Sys.SolSocket && *(int*)(control + 12) == Sys.ScmRights)
        {
            int count = (int)((*(nint*)control - 16) / 4);
            for (int i = 0; i < count; i++)
            {
                int fd = ((int*)(control + 16))[i];
                if (descriptors != null && i < MaxDescriptors)
                {
                    descriptors[i] = fd;
                    descriptorCount++;
                }
                else
                {
                    Sys.Close(fd);
                }
            }
        }

        return (message.Flags & Sys.MsgTruncated) != 0 ? -90 : got;
    }

    private static int Address(string path, byte* address)
    {
        *(ushort*)address = Sys.AfUnix;
        int count = Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, 107));
        address[2 + count] = 0;
        return 2 + count + 1;
    }

    /// <summary>A socket's address holds 108 bytes; a longer path is reached through a descriptor of its directory.</summary>
    private readonly ref struct ShortPath
    {
        private readonly int _directory;

        internal ShortPath(string path)
        {
            _directory = -1;
            Text = path;
            if (Encoding.UTF8.GetByteCount(path) < 100)
            {
                return;
            }

            var directory = Path.GetDirectoryName(path) ?? "/";
            _directory = Sys.Open(directory, Sys.OPath | Sys.ODirectory | Sys.OCloexec);
            if (_directory < 0)
            {
                throw new LinuxException((Errno)Sys.Errno, "open", directory);
            }

            Text = $"/proc/self/fd/{_directory}/{Path.GetFileName(path)}";
        }

        internal string Text { get; }

        public void Dispose()
        {
            if (_directory >= 0)
            {
                Sys.Close(_directory);
            }
        }
    }
}
