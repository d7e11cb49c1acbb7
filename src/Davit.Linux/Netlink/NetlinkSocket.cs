using System.Buffers.Binary;
using System.Text;
using Davit.Linux.Descriptors;
using static Davit.Linux.Native.NetlinkNative;

namespace Davit.Linux.Netlink;

/// <summary>
/// A netlink socket in the network namespace of the thread that opened it; it stays there whoever uses it later.
/// The kernel handles a request within the sending call. Not safe for use by two threads at once.
/// </summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private const int RouteFamily = 0;
    private const int NetfilterFamily = 12;
    private const ushort MessageError = 2;
    private const ushort MessageDone = 3;
    private const int FlagDumpInterrupted = 0x10;
    private const int FlagCapped = 0x100;
    private const int FlagAckTlvs = 0x200;

    private readonly FileDescriptor _descriptor;
    private readonly string _name;
    private byte[] _receive = new byte[16384];
    private uint _sequence;

    private NetlinkSocket(int family, string name)
    {
        _name = name;
        var fd = Socket(AfNetlink, SockRaw | SockCloexec, family);
        if (fd < 0)
        {
            throw new LinuxException(LastErrno, "socket", name);
        }

        _descriptor = new FileDescriptor(fd);
        var on = 1;
        // Extended errors are a help, not a need: an older kernel refuses the option.
        // SAFETY: the pointer is to a local of the length given.
        _ = SetSockOpt(fd, SolNetlink, NetlinkExtAck, &on, sizeof(int));
        _ = SetSockOpt(fd, SolNetlink, NetlinkCapAck, &on, sizeof(int));
    }

    /// <summary>Receives one message of an answer.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="payload">What follows its header.</param>
    public delegate void Visitor(ushort type, ReadOnlySpan<byte> payload);

    /// <summary>A socket for links, addresses and routes.</summary>
    /// <exception cref="LinuxException">No right or no kernel support.</exception>
    public static NetlinkSocket OpenRoute() => new(RouteFamily, "rtnetlink");

    /// <summary>A socket for nf_tables and connection tracking.</summary>
    /// <exception cref="LinuxException">No right or no kernel support.</exception>
    public static NetlinkSocket OpenNetfilter()
    {
        var socket = new NetlinkSocket(NetfilterFamily, "nfnetlink");
        // A batch of thousands of elements is one datagram.
        // SAFETY: the pointer is to a local of the length given.
        var size = 8 << 20;
        _ = SetSockOpt(socket._descriptor.Number, SolSocket, SoSndBufForce, &size, sizeof(int));
        _ = SetSockOpt(socket._descriptor.Number, SolSocket, SoRcvBufForce, &size, sizeof(int));
        return socket;
    }

    /// <summary>Sends all messages of a request and reads every answer.</summary>
    /// <param name="request">The messages; later ones are carried out even when an earlier one failed.</param>
    /// <param name="visitor">Sees what comes before the acknowledgement, or null.</param>
    /// <exception cref="LinuxException">The first failure, with the kernel's explanation.</exception>
    public void Execute(NetlinkRequest request, Visitor? visitor = null)
    {
        if (request.Count == 0)
        {
            return;
        }

        var first = SendAll(request, answers: true);
        LinuxException? failure = null;
        for (var pending = request.Count; pending > 0;)
        {
            var received = Receive(0);
            for (var rest = received; TryTakeMessage(ref rest, out var type, out var flags, out var sequence, out var payload);)
            {
                if (sequence - first >= (uint)request.Count)
                {
                    continue; // left over from a request that was given up
                }

                if (type == MessageError)
                {
                    pending--;
                    failure ??= Failure(request, sequence - first, flags, payload);
                }
                else
                {
                    visitor?.Invoke(type, payload);
                }
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Sends a request for a dump and shows every message of the answer.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Dump(NetlinkRequest request, Visitor visitor)
    {
        var first = SendAll(request, answers: true);
        while (true)
        {
            for (var rest = Receive(0); TryTakeMessage(ref rest, out var type, out var flags, out var sequence, out var payload);)
            {
                if (sequence != first)
                {
                    continue;
                }

                if (type == MessageDone)
                {
                    return;
                }

                if (type == MessageError)
                {
                    if (Failure(request, 0, flags, payload) is { } failure)
                    {
                        throw failure;
                    }

                    return;
                }

                // A dump that something changed under (NLM_F_DUMP_INTR) may miss or repeat an entry; callers treat it as a snapshot.
                _ = flags & FlagDumpInterrupted;
                visitor(type, payload);
            }
        }
    }

    /// <summary>Sends an nfnetlink batch (its first and last message are the marks of begin and end) and reads what the kernel says.</summary>
    /// <exception cref="LinuxException">The first failure; nothing of the batch was carried out.</exception>
    internal void ExecuteBatch(NetlinkRequest request)
    {
        var first = SendAll(request, answers: false);
        LinuxException? failure = null;
        while (true)
        {
            // What failed is in the receive queue when send returns; silence is success.
            var received = Receive(MsgDontWait);
            if (received.IsEmpty)
            {
                break;
            }

            for (var rest = received; TryTakeMessage(ref rest, out var type, out var flags, out var sequence, out var payload);)
            {
                if (type == MessageError && sequence - first < (uint)request.Count)
                {
                    failure ??= Failure(request, sequence - first, flags, payload);
                }
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    private uint SendAll(NetlinkRequest request, bool answers)
    {
        var first = _sequence + 1;
        _sequence += (uint)request.Count;
        request.Number(first, answers);
        fixed (byte* bytes = request.Bytes)
        {
            nint sent;
            do
            {
                // SAFETY: the buffer is pinned for the call and has the length given.
                sent = Send(_descriptor.Number, bytes, (nuint)request.Length, 0);
            }
            while (sent < 0 && LastErrno == Errno.EINTR);
            if (sent < 0)
            {
                throw new LinuxException(LastErrno, $"{_name} send", request.What(0));
            }
        }

        return first;
    }

    private ReadOnlySpan<byte> Receive(int flags)
    {
        while (true)
        {
            fixed (byte* bytes = _receive)
            {
                // SAFETY: the buffer is pinned for the call and has the length given. PEEK with TRUNC tells the size of a datagram that does not fit.
                var length = Recv(_descriptor.Number, bytes, (nuint)_receive.Length, flags | MsgPeek | MsgTrunc);
                if (length > _receive.Length)
                {
                    _receive = new byte[length];
                    continue;
                }

                if (length >= 0)
                {
                    length = Recv(_descriptor.Number, bytes, (nuint)_receive.Length, flags);
                }

                if (length >= 0)
                {
                    return _receive.AsSpan(0, (int)length);
                }

                var errno = LastErrno;
                if (errno == Errno.EAGAIN)
                {
                    return default;
                }

                if (errno != Errno.EINTR)
                {
                    throw new LinuxException(errno, $"{_name} receive");
                }
            }
        }
    }

    private static bool TryTakeMessage(ref ReadOnlySpan<byte> rest, out ushort type, out int flags, out uint sequence, out ReadOnlySpan<byte> payload)
    {
        type = 0;
        flags = 0;
        sequence = 0;
        payload = default;
        if (rest.Length < NetlinkRequest.HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length < NetlinkRequest.HeaderLength || length > rest.Length)
        {
            return false;
        }

        type = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
        flags = BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]);
        sequence = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
        payload = rest[NetlinkRequest.HeaderLength..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return true;
    }

    private LinuxException? Failure(NetlinkRequest request, uint index, int flags, ReadOnlySpan<byte> payload)
    {
        var error = payload.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(payload) : -(int)Errno.EIO;
        if (error == 0)
        {
            return null;
        }

        var text = Explanation(flags, payload);
        var what = request.What((int)index);
        return new LinuxException((Errno)(-error), _name, text.Length == 0 ? what : $"{what} ({text})");
    }

    private static string Explanation(int flags, ReadOnlySpan<byte> payload)
    {
        const int OriginalAt = 4;
        if ((flags & FlagAckTlvs) == 0 || payload.Length < OriginalAt + NetlinkRequest.HeaderLength)
        {
            return "";
        }

        var skip = OriginalAt + NetlinkRequest.HeaderLength;
        if ((flags & FlagCapped) == 0)
        {
            skip = OriginalAt + ((BinaryPrimitives.ReadInt32LittleEndian(payload[OriginalAt..]) + 3) & ~3);
        }

        if (skip < 0 || skip > payload.Length)
        {
            return "";
        }

        var attributes = new NetlinkAttributes(payload[skip..]);
        while (attributes.Next())
        {
            if (attributes.Type == 1)
            {
                return Encoding.UTF8.GetString(attributes.Value.TrimEnd((byte)0));
            }
        }

        return "";
    }
}
