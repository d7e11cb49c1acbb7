using System.Net;
using Davit.Build.Graph;
using Davit.Build.Solving;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Network.Files;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>Network of one RUN: its namespace, and the files that say how names are found. Taken back on dispose.</summary>
internal sealed class StepNetwork(BuilderServices services, string id) : IAsyncDisposable
{
    private bool _attached;

    /// <summary>The step shares the host's network.</summary>
    public bool IsHost { get; private set; }

    /// <summary>Path of the namespace; null for the host's or a new empty one.</summary>
    public string? NamespacePath { get; private set; }

    /// <summary>Resolver of user-defined networks, or null.</summary>
    public NameService? Names { get; private set; }

    public async Task PrepareAsync(ExecOp op, string directory, CancellationToken cancellation)
    {
        var name = op.Network is "default" or "" ? "bridge" : op.Network;
        IsHost = name == "host";
        NetworkSandbox? sandbox = null;
        if (!IsHost && name != "none")
        {
            var service = services.Network ?? throw new DavitException(ErrorKind.FailedPrecondition, $"network {name} not found", "this daemon runs without networks: build with --network none or host");
            var model = service.Resolve(name);
            sandbox = await service.AttachAsync(new SandboxOptions { ContainerId = id, ContainerName = id[..12], Endpoints = [new EndpointOptions { Network = name }] }, cancellation).ConfigureAwait(false);
            _attached = true;
            NamespacePath = sandbox.NamespacePath;
            await WriteFilesAsync(op, directory, sandbox, userDefined: name != "bridge" && model.Name != "bridge").ConfigureAwait(false);
            return;
        }

        if (!IsHost && services.Network is { } none)
        {
            sandbox = await none.AttachAsync(new SandboxOptions { ContainerId = id, ContainerName = id[..12], Endpoints = [] }, cancellation).ConfigureAwait(false);
            _attached = true;
            NamespacePath = sandbox.NamespacePath;
        }

        await WriteFilesAsync(op, directory, sandbox, userDefined: false).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_attached) await services.Network!.ReleaseAsync(id, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task WriteFilesAsync(ExecOp op, string directory, NetworkSandbox? sandbox, bool userDefined)
    {
        var host = Hostname();
        await File.WriteAllTextAsync(Path.Combine(directory, "hostname"), host + "\n").ConfigureAwait(false);
        var endpoints = sandbox?.Endpoints.Values.ToList() ?? [];
        var addresses = endpoints.SelectMany(e => new[] { e.Address, e.Address6 }).OfType<IPAddress>();
        var extra = op.ExtraHosts.Select(ExtraHost);
        var gateway = endpoints.Select(e => e.Gateway).FirstOrDefault(g => g is not null);
        await File.WriteAllTextAsync(Path.Combine(directory, "hosts"), HostsFile.Compose(host, "", addresses, extra, gateway ?? IPAddress.Loopback)).ConfigureAwait(false);
        var resolv = ResolvConf.Compose(new ResolvConfOptions
        {
            HostFile = ResolvConf.ReadHost(), UserDefinedNetwork = userDefined, HostNetwork = IsHost, IPv6 = endpoints.Any(e => e.Address6 is not null), Servers = services.Options.Dns,
        });
        await File.WriteAllTextAsync(Path.Combine(directory, "resolv.conf"), resolv.Text).ConfigureAwait(false);
        if (resolv.UsesResolver && sandbox is not null) Names = new NameService(sandbox.NamesFiles, resolv.Upstreams);
    }

    private string Hostname() => IsHost ? Environment.MachineName : id[..12];

    private static (string Name, string Address) ExtraHost(string text)
    {
        var at = text.AsSpan().IndexOfAny(':', '=');
        return at > 0 && at < text.Length - 1 ? (text[..at], text[(at + 1)..].Trim('[', ']'))
            : throw new DavitException(ErrorKind.InvalidArgument, $"bad format for add-host: \"{text}\"", "an extra host reads name:address");
    }
}
