using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Davit.Primitives;
using Davit.RegistryClient.Endpoints;

namespace Davit.RegistryClient.Http;

/// <summary>One connection pool for everybody, and one of its own for each registry whose certificates are special.</summary>
internal sealed class Connections : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly HostRules _rules;
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _special = new(StringComparer.OrdinalIgnoreCase);
    private readonly HttpMessageInvoker _common;

    internal Connections(RegistryOptions options, HostRules rules)
    {
        (_options, _rules) = (options, rules);
        _common = new(NewHandler());
    }

    internal HttpMessageInvoker For(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps) return _common;
        var folder = CertificateFolder(address);
        if (folder is null && !_rules.IsInsecure(address.IdnHost, address.Port)) return _common;
        return _special.GetOrAdd(address.Authority, static (authority, made) => made.Self.NewSpecial(made.Folder, made.Insecure), (Self: this, Folder: folder, Insecure: _rules.IsInsecure(address.IdnHost, address.Port)));
    }

    public void Dispose()
    {
        _common.Dispose();
        foreach (var invoker in _special.Values) invoker.Dispose();
    }

    private HttpMessageInvoker NewSpecial(string? folder, bool insecure)
    {
        var handler = NewHandler();
        var authorities = new X509Certificate2Collection();
        if (folder is not null) LoadFolder(folder, authorities, handler.SslOptions);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            insecure || errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsSignedBy(certificate, chain, authorities));
        return new(handler);
    }

    private SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = true,
        Proxy = new EnvironmentProxy(_options.Proxy ?? HttpClient.DefaultProxy),
        ConnectCallback = Dialer.ConnectAsync,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxResponseHeadersLength = 64,
    };

    private string? CertificateFolder(Uri address)
    {
        foreach (var root in _options.CertificateDirectories)
        {
            foreach (var name in (string[])[address.Authority, $"{address.IdnHost}:{address.Port}", address.IdnHost])
            {
                var folder = Path.Combine(root, name);
                if (Directory.Exists(folder)) return folder;
            }
        }

        return null;
    }

    private static void LoadFolder(string folder, X509Certificate2Collection authorities, SslClientAuthenticationOptions ssl)
    {
        try
        {
            foreach (var file in Directory.GetFiles(folder, "*.crt").Order(StringComparer.Ordinal)) authorities.ImportFromPemFile(file);
            foreach (var file in Directory.GetFiles(folder, "*.cert").Order(StringComparer.Ordinal))
            {
                var key = Path.ChangeExtension(file, ".key");
                if (!File.Exists(key)) throw new DavitException(ErrorKind.FailedPrecondition, $"missing key {Path.GetFileName(key)} for client certificate {Path.GetFileName(file)}. CA certificates must use the extension .crt");
                (ssl.ClientCertificates ??= []).Add(X509Certificate2.CreateFromPemFile(file, key));
            }
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"certificates in {folder} cannot be read: {problem.Message}", null, problem);
        }
    }

    private static bool IsSignedBy(X509Certificate? certificate, X509Chain? given, X509Certificate2Collection authorities)
    {
        if (authorities.Count == 0 || certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (given is not null)
        {
            foreach (var element in given.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf);
    }
}
