using System.Net;
using System.Net.Sockets;

namespace Davit.Testing;

/// <summary>Debian's docker-registry on a free port of loopback, with data of its own.</summary>
public sealed class TestRegistry : IAsyncDisposable
{
    private readonly int _pid;
    private readonly string _directory;

    private TestRegistry(int pid, int port, string directory) => (_pid, Port, _directory) = (pid, port, directory);

    /// <summary>Port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Host and port, as image names have it.</summary>
    public string Host => $"127.0.0.1:{Port}";

    /// <summary>Starts a registry.</summary>
    /// <param name="accounts">Lines of an htpasswd file (bcrypt) of those who may use it; null lets everybody in.</param>
    public static async Task<TestRegistry> StartAsync(string? accounts = null)
    {
        var port = FreePort();
        var directory = $"/tmp/davit-registry-{Environment.ProcessId}-{port}";
        var environment = new Dictionary<string, string?>();
        if (accounts is not null)
        {
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(directory + "/htpasswd", accounts);
            environment = new() { ["REGISTRY_AUTH"] = "htpasswd", ["REGISTRY_AUTH_HTPASSWD_REALM"] = "test", ["REGISTRY_AUTH_HTPASSWD_PATH"] = Peers.Inside(directory + "/htpasswd") };
        }

        var started = (await Command.RunAsync("setsid", [BaseImages.Script, "serve", directory, $"{port}"], environment: environment)).Succeeded();
        return new TestRegistry(int.Parse(started.Text), port, directory);
    }

    /// <summary>Pushes a stand-in image to it.</summary>
    /// <param name="image">Recipe, for example <c>busybox</c>.</param>
    /// <param name="name">Repository and tag.</param>
    public async Task AddAsync(string image, string name)
    {
        await BaseImages.MakeAsync(image);
        (await Command.RunAsync(BaseImages.Script, ["push", image, name, $"{Port}"])).Succeeded();
    }

    /// <summary>Ends it at once, as a registry that dies.</summary>
    public Task KillAsync() => Command.RunAsync("kill", ["-9", $"{_pid}"]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A port of loopback that nothing listens on.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
