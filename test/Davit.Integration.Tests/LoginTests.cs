using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Davit.Testing;
using Davit.Testing.Registry;

namespace Davit.Integration.Tests;

/// <summary>Who may pull and push: logins, credential helpers, tokens, certificates, mirrors, by the docker client.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    /// <summary>bcrypt of the password <c>geheim</c>.</summary>
    private const string Account = "anna:$2y$05$abcdefghijklmnopqrstuuVWu8RjbNovPZWAMRdd7iqaaG0mI53Uu\n";

    private readonly FakeRegistry _registry = new();
    private readonly FakeRegistry _mirror = new();
    private readonly string _etc = Directory.CreateTempSubdirectory("davit-etc-").FullName;
    private TestDaemon _daemon = null!;

    private static byte[] Layer => ServedImage.Tar(ServedImage.File("file", "content"));

    private string ClientConfig => _daemon.Directory + "/.docker/config.json";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_etc + "/daemon.json", $$$"""
            { "registries": { "mirrored.example": { "mirrors": ["http://{{{_mirror.Host}}}"] }, "{{{_registry.Host}}}": { "mirrors": ["http://127.0.0.1:9", "http://{{{_mirror.Host}}}"] } } }
            """);
        _daemon = await TestDaemon.StartAsync("--config-file", _etc + "/daemon.json");
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
        await _mirror.DisposeAsync();
        Directory.Delete(_etc, recursive: true);
    }

    [Fact]
    public async Task Login_with_the_right_password_opens_a_registry_and_logout_closes_it()
    {
        await using var registry = await TestRegistry.StartAsync(Account);
        var name = registry.Host + "/private/x:1";
        (await _daemon.DockerAsync(["import", "-", name], Layer)).Succeeded();
        var anonymous = await _daemon.DockerAsync("push", name);
        Assert.Equal(1, anonymous.ExitCode);
        Assert.Contains("no basic auth credentials", anonymous.Error, StringComparison.Ordinal);

        var wrong = await _daemon.DockerAsync(["login", "-u", "anna", "--password-stdin", registry.Host], "falsch"u8.ToArray());
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains($"login attempt to http://{registry.Host}/v2/ failed with status: 401 Unauthorized", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("Login Succeeded", (await _daemon.DockerAsync(["login", "-u", "anna", "--password-stdin", registry.Host], "geheim"u8.ToArray())).Succeeded().Output, StringComparison.Ordinal);
        (await _daemon.DockerAsync("push", name)).Succeeded();
        (await _daemon.DockerAsync("rmi", name)).Succeeded();
        (await _daemon.DockerAsync("pull", name)).Succeeded();

        (await _daemon.DockerAsync("logout", registry.Host)).Succeeded();
        var closed = await _daemon.DockerAsync("pull", name);
        Assert.Equal(1, closed.ExitCode);
        Assert.Contains("no basic auth credentials", closed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "credsStore": "test" }""")]
    [InlineData("""{ "credHelpers": { "HOST": "test" } }""")]
    public async Task A_credential_helper_is_asked(string config)
    {
        _registry.Account = "anna:geheim";
        ServedImage.Serve(_registry, "helped", Layer);
        var bin = _daemon.Directory + "/bin";
        Directory.CreateDirectory(bin);
        await File.WriteAllTextAsync(bin + "/docker-credential-test", """
            #!/bin/sh
            read -r host
            case $1 in
              get) printf '{"ServerURL":"%s","Username":"anna","Secret":"geheim"}' "$host" ;;
              list) echo '{}' ;;
            esac
            """);
        File.SetUnixFileMode(bin + "/docker-credential-test", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.GetDirectoryName(ClientConfig)!);
        await File.WriteAllTextAsync(ClientConfig, config.Replace("HOST", _registry.Host, StringComparison.Ordinal));
        (await _daemon.ScriptAsync($"PATH={Peers.Inside(bin)}:$PATH docker pull -q {_registry.Host}/helped:1")).Succeeded();
        Assert.Contains(_registry.Requests, r => r.Header("Authorization") == "Basic " + Convert.ToBase64String("anna:geheim"u8));
    }

    [Fact]
    public async Task A_login_to_a_token_server_keeps_the_identity_token_and_uses_it()
    {
        (_registry.Account, _registry.Bearer) = ("anna:geheim", true);
        ServedImage.Serve(_registry, "tokens", Layer);
        (await _daemon.DockerAsync(["login", "-u", "anna", "--password-stdin", _registry.Host], "geheim"u8.ToArray())).Succeeded();
        var stored = JsonDocument.Parse(await File.ReadAllTextAsync(ClientConfig)).RootElement.GetProperty("auths").GetProperty(_registry.Host);
        Assert.Equal("refresh-1", stored.GetProperty("identitytoken").GetString());
        (await _daemon.DockerAsync("pull", "-q", _registry.Host + "/tokens:1")).Succeeded();
        Assert.Contains(_registry.Requests, r => r.Method == "POST" && r.Path == "/token" && System.Text.Encoding.UTF8.GetString(r.Body).Contains("grant_type=refresh_token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_credential_does_not_follow_a_redirect_to_another_host()
    {
        await using var store = new FakeRegistry();
        _registry.Account = "anna:geheim";
        ServedImage.Serve(_registry, "moved", Layer);
        ServedImage.Serve(store, "moved", Layer);
        _registry.Intercept = request => request.Path.Contains("/blobs/", StringComparison.Ordinal) && request.Header("Authorization") is not null
            ? new(307) { Headers = { ["Location"] = $"http://{store.Host}{request.Path}" } } : null;
        (await _daemon.DockerAsync(["login", "-u", "anna", "--password-stdin", _registry.Host], "geheim"u8.ToArray())).Succeeded();
        (await _daemon.DockerAsync("pull", "-q", _registry.Host + "/moved:1")).Succeeded();
        Assert.NotEmpty(store.Requests);
        Assert.All(store.Requests, r => Assert.Null(r.Header("Authorization")));
        Assert.All(_mirror.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task A_mirror_serves_any_registry_and_one_that_is_down_is_passed_over()
    {
        ServedImage.Serve(_mirror, "team/app", Layer);
        Assert.Equal("mirrored.example/team/app:1", (await _daemon.DockerAsync("pull", "-q", "mirrored.example/team/app:1")).Succeeded().Text);
        Assert.Equal("mirrored.example/team/app:1", (await _daemon.DockerAsync("images", "--format", "{{.Repository}}:{{.Tag}}")).Succeeded().Text);

        // of this registry one mirror is down and the other lacks the image
        ServedImage.Serve(_registry, "own", Layer);
        (await _daemon.DockerAsync("pull", "-q", _registry.Host + "/own:1")).Succeeded();
        Assert.Contains(_mirror.Requests, r => r.Path == "/v2/own/manifests/1");
    }

    [Fact]
    public async Task A_private_authority_is_trusted_when_certs_d_has_it_and_not_before()
    {
        var address = OtherAddress();
        using var authority = Certificate("CN=private authority", null, null);
        using var certificate = Certificate("CN=registry", address, authority);
        await using var registry = new FakeRegistry(address, certificate);
        ServedImage.Serve(registry, "private", Layer);
        var unknown = await _daemon.DockerAsync("pull", registry.Host + "/private:1");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains($"Get \"https://{registry.Host}/v2/\": tls: failed to verify certificate", unknown.Error, StringComparison.Ordinal);
        Assert.Empty(registry.Requests);

        Directory.CreateDirectory($"{_etc}/certs.d/{registry.Host}");
        await File.WriteAllTextAsync($"{_etc}/certs.d/{registry.Host}/ca.crt", authority.ExportCertificatePem());
        (await _daemon.DockerAsync("pull", "-q", registry.Host + "/private:1")).Succeeded();

        // plain HTTP is spoken to nobody but loopback and those listed
        await using var plain = new FakeRegistry(address);
        ServedImage.Serve(plain, "plain", Layer);
        var refused = await _daemon.DockerAsync("pull", plain.Host + "/plain:1");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"https://{plain.Host}/v2/", refused.Error, StringComparison.Ordinal);
        Assert.Empty(plain.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_registry_that_is_listed_as_insecure_is_asked_over_plain_http(bool byRange)
    {
        var address = OtherAddress();
        await using var plain = new FakeRegistry(address);
        ServedImage.Serve(plain, "plain", Layer);
        await using var daemon = await TestDaemon.StartAsync("--insecure-registry", byRange ? $"{address}/32" : plain.Host);
        (await daemon.DockerAsync("pull", "-q", plain.Host + "/plain:1")).Succeeded();
        Assert.Contains(byRange ? $"{address}/32" : plain.Host, (await daemon.DockerAsync("info")).Succeeded().Output, StringComparison.Ordinal);
    }

    /// <summary>Loopback is trusted without being asked for, so a registry that is not stands on another address of this machine.</summary>
    private static IPAddress OtherAddress()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().Where(i => i.OperationalStatus == OperationalStatus.Up)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        Assert.SkipWhen(address is null, "this machine has no address but loopback");
        return address!;
    }

    private static X509Certificate2 Certificate(string subject, IPAddress? address, X509Certificate2? authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority is null, false, 0, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        if (authority is null) return request.CreateSelfSigned(from, to);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address!);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, from.AddMinutes(1), to.AddMinutes(-1), [1, 2, 3, 4]);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
