using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Logs.Syslog;

/// <summary>The <c>syslog-tls-…</c> options.</summary>
internal static class SyslogTls
{
    /// <summary>Settings of the client's side.</summary>
    /// <exception cref="DavitException">InvalidArgument: a file that is missing or holds something else.</exception>
    public static SslClientAuthenticationOptions Make(IReadOnlyDictionary<string, string> config, string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (config.ContainsKey("syslog-tls-skip-verify"))
        {
#pragma warning disable CA5359 // asked for by name
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (config.GetValueOrDefault("syslog-tls-ca-cert", "") is { Length: > 0 } authorityFile)
        {
            var authorities = new X509Certificate2Collection();
            Read("CA certificate", authorityFile, authorities.ImportFromPemFile);
            if (authorities.Count == 0) throw GoText.Invalid($"failed to append certificates from PEM file: \"{authorityFile}\"");
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            options.CertificateChainPolicy = policy;
        }

        var (certificate, key) = (config.GetValueOrDefault("syslog-tls-cert", ""), config.GetValueOrDefault("syslog-tls-key", ""));
        if (certificate.Length > 0 || key.Length > 0)
        {
            Read("X509 key pair", certificate.Length > 0 ? certificate : key, _ => options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)]);
        }

        return options;
    }

    private static void Read(string what, string file, Action<string> read)
    {
        try
        {
            read(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw GoText.Invalid($"could not read {what} \"{file}\": open {file}: {(error is UnauthorizedAccessException ? "permission denied" : "no such file or directory")}");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw GoText.Invalid($"could not load {what} \"{file}\": {error.Message}");
        }
    }
}
