using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Davit.Oci;
using Davit.Primitives;
using Davit.Testing.Registry;

namespace Davit.RegistryClient.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("davit-certs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Certificate_must_be_known_unless_the_registry_is_listed_as_insecure()
    {
        // loopback is never checked, so the registry stands on another address of this machine
        var address = NetworkInterface.GetAllNetworkInterfaces().Where(i => i.OperationalStatus == OperationalStatus.Up)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        if (address is null) Assert.Skip("this machine has no address but loopback");
        using var certificate = SelfSigned(address);
        await using var registry = new FakeRegistry(address, certificate);
        registry.AddManifest("a", "1", MediaTypes.OciManifest, "{}");
        await using var plain = new FakeRegistry(address);

        Task GetAsync(string host, RegistryOptions options) => GetOnceAsync(host, options with { FirstDelay = TimeSpan.FromMilliseconds(1), CertificateDirectories = options.CertificateDirectories.Count == 1 ? options.CertificateDirectories : [] });
        var unknown = await Assert.ThrowsAsync<DavitException>(() => GetAsync(registry.Host, new()));
        Assert.StartsWith($"Get \"https://{registry.Host}/v2/\": tls: failed to verify certificate: ", unknown.Message);
        await GetAsync(registry.Host, new() { Insecure = [registry.Host] });
        await GetAsync(registry.Host, new() { Insecure = [$"{address}/32"] });

        Directory.CreateDirectory(Path.Combine(_folder, registry.Host));
        await File.WriteAllTextAsync(Path.Combine(_folder, registry.Host, "ca.crt"), certificate.ExportCertificatePem());
        await GetAsync(registry.Host, new() { CertificateDirectories = [_folder] });

        // another authority than the one that signed
        using var other = SelfSigned(address);
        await File.WriteAllTextAsync(Path.Combine(_folder, registry.Host, "ca.crt"), other.ExportCertificatePem());
        await Assert.ThrowsAsync<DavitException>(() => GetAsync(registry.Host, new() { CertificateDirectories = [_folder] }));

        var http = await Assert.ThrowsAsync<DavitException>(() => GetAsync(plain.Host, new()));

        // the server answers in plain text and closes: what arrives first decides which of the two is said
        Assert.Contains(http.Message, (string[])[$"Get \"https://{plain.Host}/v2/\": http: server gave HTTP response to HTTPS client", $"Get \"https://{plain.Host}/v2/\": EOF"]);
        Assert.Empty(plain.Requests);
    }

    private static async Task GetOnceAsync(string host, RegistryOptions options)
    {
        using var client = new DistributionClient(options, TimeProvider.System);
        await client.GetManifestAsync(Reference.Parse($"{host}/a:1"), null, CancellationToken.None);
    }

    private static X509Certificate2 SelfSigned(IPAddress address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=fake registry", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
