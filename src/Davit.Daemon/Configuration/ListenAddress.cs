using System.Globalization;
using System.Net;
using Davit.Primitives;

namespace Davit.Daemon.Configuration;

/// <summary>One address of the API.</summary>
internal sealed record ListenAddress
{
    /// <summary>Path of a unix socket, or null.</summary>
    public string? UnixPath { get; init; }

    /// <summary>Descriptor that systemd passed, or null.</summary>
    public ulong? Descriptor { get; init; }

    /// <summary>Address of a TCP socket, or null.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Port of a TCP socket.</summary>
    public int Port { get; init; }

    /// <summary>TLS of a TCP socket, or null.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>Reads <c>unix:///path</c>, <c>tcp://host:port</c> or <c>fd://</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument; Forbidden: TCP beyond loopback without TLS.</exception>
    public static ListenAddress Parse(string text, ServerCertificate? certificate)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("unix", text) : (text[..colon], text[(colon + 3)..]);
        switch (scheme)
        {
            case "unix":
                if (!rest.StartsWith('/')) throw Invalid(text, "the path of a unix socket starts with /");
                if (System.Text.Encoding.UTF8.GetByteCount(rest) > 107) throw Invalid(text, "the path of a unix socket has at most 107 bytes");
                return new ListenAddress { UnixPath = rest };
            case "fd":
                return new ListenAddress { Descriptor = 3 };
            case "tcp" or "http":
                return ParseTcp(text, rest, certificate);
            default:
                throw Invalid(text, "unix://, tcp:// or fd:// is expected");
        }
    }

    private static ListenAddress ParseTcp(string text, string rest, ServerCertificate? certificate)
    {
        var split = rest.LastIndexOf(':');
        var host = (split < 0 ? rest : rest[..split]).Trim('[', ']');
        var port = certificate is null ? 2375 : 2376;
        if (split >= 0 && (!int.TryParse(rest[(split + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)) throw Invalid(text, "a port has a number from 1 to 65535");
        var address = host switch
        {
            "" or "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : throw Invalid(text, "an IP address is expected"),
        };
        if (!IPAddress.IsLoopback(address) && certificate?.VerifyClients != true)
        {
            throw new DavitException(ErrorKind.Forbidden, $"refusing to listen on {text} without --tlsverify: whoever reaches it would be root on this host", "use tcp://127.0.0.1, or give --tlsverify with certificates");
        }

        return new ListenAddress { Address = address, Port = port, Certificate = certificate };
    }

    private static DavitException Invalid(string text, string why) => new(ErrorKind.InvalidArgument, $"invalid host \"{text}\": {why}");
}
