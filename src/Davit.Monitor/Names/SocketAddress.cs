using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Davit.Monitor.Names;

/// <summary><c>struct sockaddr_in</c> or <c>sockaddr_in6</c> as bytes.</summary>
internal sealed class SocketAddress
{
    internal const int MaxSize = 28;

    private SocketAddress(byte[] bytes, int family)
    {
        Bytes = bytes;
        Family = family;
    }

    internal byte[] Bytes { get; }

    internal int Family { get; }

    /// <summary>Reads <c>address</c>, <c>address:port</c> or <c>[address]:port</c>; null for anything else.</summary>
    internal static SocketAddress? Parse(string text, int defaultPort)
    {
        if (IPAddress.TryParse(text, out var address) && !text.StartsWith('['))
        {
            return From(address, defaultPort);
        }

        return IPEndPoint.TryParse(text, out var endpoint) ? From(endpoint.Address, endpoint.Port == 0 ? defaultPort : endpoint.Port) : null;
    }

    internal static SocketAddress From(IPAddress address, int port)
    {
        bool four = address.AddressFamily == AddressFamily.InterNetwork;
        var bytes = new byte[four ? 16 : MaxSize];
        int family = four ? 2 : 10;
        BitConverter.TryWriteBytes(bytes, (ushort)family);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)port);
        address.TryWriteBytes(bytes.AsSpan(four ? 4 : 8), out _);
        if (!four)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(24), (uint)address.ScopeId);
        }

        return new SocketAddress(bytes, family);
    }
}
