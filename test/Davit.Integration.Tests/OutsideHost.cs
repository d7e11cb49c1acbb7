using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Another host: a network namespace with a cable to this one.</summary>
public sealed class OutsideHost : IAsyncDisposable
{
    private static int _next = Random.Shared.Next(1, 120);
    private readonly string _name;
    private readonly int _number;

    private OutsideHost(int number) => (_number, _name) = (number, $"out{Environment.ProcessId % 10000}{number}");

    /// <summary>Address of this machine on the cable.</summary>
    public string HostAddress => $"198.18.{_number}.1";

    /// <summary>Address of the other host.</summary>
    public string Address => $"198.18.{_number}.2";

    /// <summary>Makes the namespace and the cable.</summary>
    public static async Task<OutsideHost> CreateAsync()
    {
        var host = new OutsideHost(Interlocked.Increment(ref _next) % 250);
        await Command.RunAsync("ip", ["netns", "add", host._name]);
        (await Command.RunAsync("ip", ["link", "add", host._name, "type", "veth", "peer", "name", "eth0", "netns", host._name])).Succeeded();
        (await Command.RunAsync("ip", ["addr", "add", host.HostAddress + "/24", "dev", host._name])).Succeeded();
        (await Command.RunAsync("ip", ["link", "set", host._name, "up"])).Succeeded();
        (await host.RunAsync("ip", "addr", "add", host.Address + "/24", "dev", "eth0")).Succeeded();
        (await host.RunAsync("ip", "link", "set", "eth0", "up")).Succeeded();
        (await host.RunAsync("ip", "link", "set", "lo", "up")).Succeeded();
        (await host.RunAsync("ip", "route", "add", "default", "via", host.HostAddress)).Succeeded();
        return host;
    }

    /// <summary>Runs a program on the other host.</summary>
    public Task<Command> RunAsync(params string[] command) => Command.RunAsync("ip", ["netns", "exec", _name, .. command]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Command.RunAsync("ip", ["link", "del", _name]);
        await Command.RunAsync("ip", ["netns", "del", _name]);
    }
}
