using Davit.Testing;

namespace Davit.Integration.Tests.Clients;

/// <summary>A daemon for which a registry on loopback, full of stand-in base images, mirrors docker.io and gcr.io.</summary>
public sealed class MirroredDaemon : IAsyncLifetime
{
    private static readonly (string Image, string Name)[] Images = [("busybox", "library/busybox:latest"), ("node", "library/node:20-alpine"), ("golang", "library/golang:1.22"), ("distroless", "distroless/static:latest")];
    private readonly string _settings = $"/tmp/davit-clients-{Environment.ProcessId}.json";
    private TestDaemon? _daemon;
    private TestRegistry? _registry;

    /// <summary>The daemon.</summary>
    public TestDaemon Daemon => _daemon ?? throw new InvalidOperationException("not started");

    /// <summary>The registry.</summary>
    public TestRegistry Registry => _registry ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        foreach (var (image, name) in Images) await _registry.AddAsync(image, name);
        var mirrors = $$"""{"mirrors":["http://{{_registry.Host}}"]}""";
        await File.WriteAllTextAsync(_settings, $$$"""{"registries":{"docker.io":{{{mirrors}}},"gcr.io":{{{mirrors}}} } }""");
        _daemon = await TestDaemon.StartAsync("--config-file", _settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        if (_registry is not null) await _registry.DisposeAsync();
        File.Delete(_settings);
    }
}
