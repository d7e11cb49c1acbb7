using System.Globalization;
using System.Text;
using Davit.Linux;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Systemd;

/// <summary>A connection to a D-Bus daemon over its Unix socket: authentication as this user (SASL EXTERNAL), calls, and signals in between. One call at a time.</summary>
internal sealed unsafe class BusConnection : IDisposable
{
    private const int Unix = 1, Stream = 1 | 0x80000, PathSize = 108, SocketLevel = 1, ReceiveTimeout = 20, MostSeconds = 30, MostBytes = 1 << 24;
    private const string Daemon = "org.freedesktop.DBus";

    private readonly List<BusReply> _signals = [];
    private readonly string _path;
    private nint _socket;
    private uint _serial;

    /// <summary>Connects.</summary>
    /// <param name="path">The socket.</param>
    /// <exception cref="DavitException">Unavailable: nobody listens, or does not let this user in.</exception>
    internal BusConnection(string path)
    {
        Kernel.Prepare();
        _path = path;
        _socket = Kernel.Call(SystemCall.Socket, Unix, Stream, 0);
        if (_socket < 0) throw Failure("socket");
        try
        {
            Connect();
            Send(Encoding.ASCII.GetBytes($"\0AUTH EXTERNAL {Convert.ToHexStringLower(Encoding.ASCII.GetBytes(User()))}\r\n"));
            if (!Line().StartsWith("OK ", StringComparison.Ordinal)) throw new DavitException(ErrorKind.Unavailable, $"the bus at {path} does not let this user in", "the socket must be that of this user or of the system");
            Send("BEGIN\r\n"u8);
            Call(Daemon, "/org/freedesktop/DBus", Daemon, "Hello");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and waits for its answer.</summary>
    /// <exception cref="BusErrorException">The other side refuses.</exception>
    internal BusReply Call(string destination, string path, string @interface, string member, string signature = "", Action<BusMessage>? arguments = null)
    {
        var body = new BusMessage();
        arguments?.Invoke(body);
        var message = new BusMessage().Byte((byte)'l').Byte(1).Byte(0).Byte(1).Unsigned((uint)body.Length).Unsigned(++_serial);
        message.Array(8, () =>
        {
            Field(1, "o", path);
            Field(2, "s", @interface);
            Field(3, "s", member);
            Field(6, "s", destination);
            if (signature.Length > 0) message.Align(8).Byte(8).Signature("g").Signature(signature);
        });
        Send([.. message.Align(8).ToArray(), .. body.ToArray()]);
        var serial = _serial;
        while (true)
        {
            var reply = Receive();
            if (reply.Kind == BusReply.Signal) _signals.Add(reply);
            else if (reply.ReplyTo == serial) return reply.Kind == BusReply.Error ? throw new BusErrorException(reply.ErrorName, reply.Text()) : reply;
        }

        void Field(byte code, string type, string value) => message.Align(8).Byte(code).Signature(type).Text(value);
    }

    /// <summary>The next signal of a name, which may have come already.</summary>
    internal BusReply Signal(string member)
    {
        while (true)
        {
            while (_signals.Count > 0)
            {
                var signal = _signals[0];
                _signals.RemoveAt(0);
                if (signal.Member == member) return signal;
            }

            var next = Receive();
            if (next.Kind == BusReply.Signal) _signals.Add(next);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_socket >= 0) Kernel.Call(SystemCall.Close, _socket);
        _socket = -1;
    }

    /// <summary>This user's number as the daemon sees it: root of a user namespace is somebody else outside.</summary>
    private static string User()
    {
        var own = (ulong)Kernel.Call(SystemCall.Geteuid);
        foreach (var line in File.ReadLines("/proc/self/uid_map"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var (inside, outside, count) = (ulong.Parse(words[0], CultureInfo.InvariantCulture), ulong.Parse(words[1], CultureInfo.InvariantCulture), ulong.Parse(words[2], CultureInfo.InvariantCulture));
            if (own >= inside && own < inside + count) return (own - inside + outside).ToString(CultureInfo.InvariantCulture);
        }

        return own.ToString(CultureInfo.InvariantCulture);
    }

    private void Connect()
    {
        var bytes = Encoding.UTF8.GetBytes(_path);
        if (bytes.Length >= PathSize) throw new LinuxException(Errno.ENAMETOOLONG, "connect", _path).ToDavitException("the bus");
        var address = stackalloc byte[2 + PathSize];
        new Span<byte>(address, 2 + PathSize).Clear();
        *(ushort*)address = Unix;
        bytes.CopyTo(new Span<byte>(address + 2, PathSize));
        var time = stackalloc long[2];
        (time[0], time[1]) = (MostSeconds, 0);

        // SAFETY: struct sockaddr_un with its terminating zero, struct timeval: both of this frame.
        Kernel.Call(SystemCall.Setsockopt, _socket, SocketLevel, ReceiveTimeout, (nint)time, 2 * sizeof(long));
        if (Kernel.Call(SystemCall.Connect, _socket, (nint)address, 2 + bytes.Length + 1) < 0) throw Failure("connect");
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var written = Kernel.Call(SystemCall.Sendto, _socket, (nint)(start + done), bytes.Length - done, 0x4000, 0, 0);
                if (written < 0 && Kernel.Errno == 4) continue;
                if (written <= 0) throw Failure("send");
                done += (int)written;
            }
        }
    }

    private string Line()
    {
        var text = new StringBuilder();
        while (text.Length < 4096)
        {
            var next = (char)Read(1)[0];
            if (next == '\n') return text.ToString().TrimEnd('\r');
            text.Append(next);
        }

        throw new DavitException(ErrorKind.Unavailable, $"what listens at {_path} is no bus");
    }

    private BusReply Receive()
    {
        var head = Read(16);
        if (head[0] != 'l') throw new DavitException(ErrorKind.Unavailable, $"the bus at {_path} speaks big-endian");
        var (body, fields) = (BitConverter.ToUInt32(head, 4), BitConverter.ToUInt32(head, 12));
        if (body > MostBytes || fields > MostBytes) throw new DavitException(ErrorKind.Unavailable, $"the bus at {_path} sends a message beyond measure");
        return new BusReply(head, Read((int)((fields + 7) & ~7u)).AsSpan(0, (int)fields), Read((int)body));
    }

    private byte[] Read(int count)
    {
        var bytes = new byte[count];
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < count;)
            {
                var read = Kernel.Call(SystemCall.Read, _socket, (nint)(start + done), count - done);
                if (read < 0 && Kernel.Errno == 4) continue;
                if (read == 0) throw new DavitException(ErrorKind.Unavailable, $"the bus at {_path} closed the connection");
                if (read < 0) throw Failure("read");
                done += (int)read;
            }
        }

        return bytes;
    }

    private DavitException Failure(string call) => new(ErrorKind.Unavailable, $"systemd makes the cgroups, and its bus at {_path} can't be used: {((Errno)Kernel.Errno).Text()} ({call})", "start systemd and dbus, or use cgroup manager cgroupfs");
}

/// <summary>An error that came over the bus.</summary>
/// <param name="name">Its name.</param>
/// <param name="text">What it says.</param>
internal sealed class BusErrorException(string name, string text) : Exception(text)
{
    internal string Name { get; } = name;
}
