using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Davit.Primitives;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Davit.Daemon.Configuration;

/// <summary>TLS of the API's TCP addresses.</summary>
internal sealed class ServerCertificate
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _authorities = [];

    private ServerCertificate(X509Certificate2 certificate, bool verify)
    {
        _certificate = certificate;
        VerifyClients = verify;
    }

    /// <summary>Clients must show a certificate of the authority.</summary>
    public bool VerifyClients { get; }

    /// <summary>Loads what the settings name; null without TLS.</summary>
    /// <exception cref="DavitException">InvalidArgument: a file can't be used.</exception>
    public static ServerCertificate? Load(DaemonSettings settings)
    {
        if (!settings.Tls && !settings.TlsVerify) return null;
        try
        {
            var loaded = new ServerCertificate(X509Certificate2.CreateFromPemFile(settings.TlsCertificate, settings.TlsKey), settings.TlsVerify);
            if (settings.TlsVerify) loaded._authorities.ImportFromPemFile(settings.TlsAuthority);
            return loaded;
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"can't use the TLS files {settings.TlsCertificate}, {settings.TlsKey}, {settings.TlsAuthority}: {error.Message}", inner: error);
        }
    }

    /// <summary>For Kestrel.</summary>
    public HttpsConnectionAdapterOptions ToOptions() => new()
    {
        ServerCertificate = _certificate,
        ClientCertificateMode = VerifyClients ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
        ClientCertificateValidation = (certificate, _, _) => !VerifyClients || IsTrusted(certificate),
    };

    private bool IsTrusted(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
