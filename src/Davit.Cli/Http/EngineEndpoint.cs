using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Davit.Cli.Terminals;
using Davit.Primitives;

namespace Davit.Cli.Http;

/// <summary>Where the engine is: a unix socket, a TCP address with TLS or without, or another machine over ssh.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="IsDefault">True when nobody named it: a daemon may be started there.</param>
/// <param name="Tls">Files for TLS, or null for none.</param>
internal sealed record EngineEndpoint(string Text, bool IsDefault, TlsFiles? Tls = null)
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>Path of the unix socket, or null.</summary>
    internal string? SocketPath => Text.StartsWith("unix://", StringComparison.Ordinal) ? Text[7..] : null;

    /// <summary>True for an address of a form that <see cref="ConnectAsync"/> opens.</summary>
    internal static bool Understands(string text) => text.Split("://", 2) is ["unix" or "tcp" or "http" or "https" or "ssh", { Length: > 0 }];

    /// <summary>Opens a connection.</summary>
    /// <exception cref="SocketException">Nobody answers, or this user may not.</exception>
    internal async Task<(Socket Socket, Stream Stream)> ConnectAsync(CancellationToken cancellation)
    {
        if (SocketPath is { } path)
        {
            var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                // a unix socket answers at once or not at all: the synchronous call spares the thread pool's start
                unix.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch
            {
                unix.Dispose();
                throw;
            }

            return (unix, new NetworkStream(unix, ownsSocket: true));
        }

        if (Text.StartsWith("ssh://", StringComparison.Ordinal)) return OverSsh();
        if (!Uri.TryCreate(Text.Replace("tcp://", "http://", StringComparison.Ordinal), UriKind.Absolute, out var address)) throw new DavitException(ErrorKind.InvalidArgument, $"unable to parse docker host `{Text}`", "use unix:///path/to/socket, tcp://host:port or ssh://user@host");
        var tls = Tls ?? (address.Scheme == "https" ? new TlsFiles(null, null, null, Verify: true) : null);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new DnsEndPoint(address.Host, address.IsDefaultPort ? tls is null ? PlainPort : TlsPort : address.Port), cancellation);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls is null) return (socket, stream);
        var secured = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, errors) => Trusts(tls, certificate, errors));
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host, ClientCertificates = tls is { Certificate: { } own, Key: { } key } ? [X509Certificate2.CreateFromPemFile(own, key)] : null }, cancellation);
        return (socket, secured);
    }

    /// <summary>ssh runs <c>davit system dial-stdio</c> over there, or docker's when there is no davit; its streams are one end of a socket pair.</summary>
    private (Socket Socket, Stream Stream) OverSsh()
    {
        var address = new Uri(Text);
        if (address.UserInfo.Contains(':', StringComparison.Ordinal)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid SSH URL {Text}: plain-text password is not supported", "use a key");
        if (address.AbsolutePath is not ("" or "/")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid SSH URL {Text}: extra path after the host", "leave it out");
        List<string> arguments = ["-o", "ConnectTimeout=30", "-T"];
        if (address.UserInfo.Length > 0) arguments.AddRange(["-l", address.UserInfo]);
        if (address.Port > 0) arguments.AddRange(["-p", $"{address.Port}"]);
        arguments.AddRange(["--", address.Host, "if command -v davit >/dev/null; then exec davit system dial-stdio; else exec docker system dial-stdio; fi"]);
        var socket = HelperProgram.StartOnSocket("ssh", arguments) ?? throw new DavitException(ErrorKind.NotFound, "exec: \"ssh\": executable file not found in $PATH", "install an ssh client");
        return (socket, new NetworkStream(socket, ownsSocket: true));
    }

    private static bool Trusts(TlsFiles tls, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (!tls.Verify) return true;
        if (tls.Authority is null || certificate is null) return errors == SslPolicyErrors.None;
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) return false;
        using var own = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        own.ChainPolicy.CustomTrustStore.ImportFromPemFile(tls.Authority);
        return own.Build(new X509Certificate2(certificate));
    }
}
