using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Davit.Primitives;

namespace Davit.Cli.Http;

/// <summary>Where the engine is: a unix socket or a TCP address, with TLS or without.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="IsDefault">True when nobody named it: a daemon may be started there.</param>
/// <param name="CertificateDirectory">Directory with ca.pem, cert.pem and key.pem for TLS, or null.</param>
/// <param name="VerifyServer">Whether the server's certificate must be signed by ca.pem.</param>
internal sealed record EngineEndpoint(string Text, bool IsDefault, string? CertificateDirectory = null, bool VerifyServer = true)
{
    /// <summary>Path of the unix socket, or null.</summary>
    internal string? SocketPath => Text.StartsWith("unix://", StringComparison.Ordinal) ? Text[7..] : null;

    /// <summary>Opens a connection.</summary>
    /// <exception cref="SocketException">Nobody answers, or this user may not.</exception>
    internal async Task<(Socket Socket, Stream Stream)> ConnectAsync(CancellationToken cancellation)
    {
        if (SocketPath is { } path)
        {
            var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            }
            catch
            {
                unix.Dispose();
                throw;
            }

            return (unix, new NetworkStream(unix, ownsSocket: true));
        }

        if (!Uri.TryCreate(Text.Replace("tcp://", "http://", StringComparison.Ordinal), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"unable to parse docker host `{Text}`", "use unix:///path/to/socket or tcp://host:port");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new DnsEndPoint(address.Host, address.Port is 80 ? 2375 : address.Port), cancellation);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (CertificateDirectory is null) return (socket, stream);
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, Verify);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host, ClientCertificates = ClientCertificates() }, cancellation);
        return (socket, tls);
    }

    private X509CertificateCollection? ClientCertificates()
    {
        var (certificate, key) = (Path.Combine(CertificateDirectory!, "cert.pem"), Path.Combine(CertificateDirectory!, "key.pem"));
        return File.Exists(certificate) && File.Exists(key) ? [X509Certificate2.CreateFromPemFile(certificate, key)] : null;
    }

    private bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!VerifyServer) return true;
        var authority = Path.Combine(CertificateDirectory!, "ca.pem");
        if (!File.Exists(authority) || certificate is null) return errors == SslPolicyErrors.None;
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) return false;
        using var own = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        own.ChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
        return own.Build(new X509Certificate2(certificate));
    }
}
