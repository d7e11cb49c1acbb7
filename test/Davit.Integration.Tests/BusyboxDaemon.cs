using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>A daemon with the image <c>busybox</c>, shared by the tests of one class.</summary>
public sealed class BusyboxDaemon : IAsyncLifetime
{
    private TestDaemon? _daemon;

    /// <summary>The daemon.</summary>
    public TestDaemon Daemon => _daemon ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync() => _daemon = await (await TestDaemon.StartAsync()).WithBusyboxAsync();

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
    }
}

/// <summary>Base of tests that type docker commands.</summary>
public abstract class DockerTests(BusyboxDaemon fixture) : IClassFixture<BusyboxDaemon>
{
    protected TestDaemon Daemon { get; } = fixture.Daemon;

    /// <summary>Runs a docker command that must succeed; returns its trimmed standard output.</summary>
    protected async Task<string> Docker(params string[] arguments) => (await Daemon.DockerAsync(arguments)).Succeeded().Text;

    /// <summary>Runs a docker command that must fail with an exit code; returns what it printed on standard error.</summary>
    protected async Task<string> Fails(int exitCode, params string[] arguments)
    {
        var command = await Daemon.DockerAsync(arguments);
        Assert.True(exitCode == command.ExitCode, $"expected exit {exitCode}: {command}");
        return command.Error;
    }

    /// <summary>A name that no other test uses.</summary>
    protected static string Unique(string stem) => $"{stem}-{Guid.NewGuid().ToString("n")[..8]}";
}
