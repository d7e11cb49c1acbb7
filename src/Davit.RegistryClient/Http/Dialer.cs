using System.Net;
using System.Net.Sockets;

namespace Davit.RegistryClient.Http;

/// <summary>Makes the TCP connections, so that a failure can name the address that was tried.</summary>
internal static class Dialer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    internal static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        SocketException? last = null;
        IPAddress? tried = null;
        foreach (var address in await ResolveAsync(host, cancellation).ConfigureAwait(false))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limit);
            try
            {
                await socket.ConnectAsync(address, port, limit.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException problem)
            {
                socket.Dispose();
                last ??= problem;
                tried ??= address;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                socket.Dispose();
                last ??= new SocketException((int)SocketError.TimedOut);
                tried ??= address;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new DialException($"dial tcp {new IPEndPoint(tried!, port)}: {Words(last!.SocketErrorCode)}", last);
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
            if (addresses.Length > 0) return addresses;
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.TryAgain)
        {
            throw new DialException($"dial tcp: lookup {host}: Temporary failure in name resolution", problem);
        }
        catch (SocketException problem)
        {
            throw new DialException($"dial tcp: lookup {host}: no such host", problem);
        }

        throw new DialException($"dial tcp: lookup {host}: no such host");
    }

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connect: connection refused",
        SocketError.TimedOut => "i/o timeout",
        SocketError.HostUnreachable => "connect: no route to host",
        SocketError.NetworkUnreachable => "connect: network is unreachable",
        _ => $"connect: {error}",
    };
}
