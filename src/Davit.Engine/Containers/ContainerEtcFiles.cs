using System.Net;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Network.Files;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Writes /etc/hosts, /etc/hostname and /etc/resolv.conf for a start.</summary>
    /// <returns>What the monitor must resolve, or null.</returns>
    private NameService? WriteOwnFiles(ContainerModel model, NetworkSandbox? sandbox)
    {
        var host = model.HostConfig;
        if (HostConfigValidation.IsContainer(host.NetworkMode)) return null; // it has those of the other one
        var config = model.Config;
        Write(_files.Hostname(model), config.Hostname + "\n");
        WriteHosts(model, sandbox);
        var resolv = Resolver(model, sandbox);
        Write(_files.ResolvConf(model), resolv.Text);
        return NamesOf(resolv, model, sandbox);
    }

    /// <summary>After a running container joined or left a network: its files, unless it wrote its own, and what its resolver knows.</summary>
    private async Task UpdateOwnFilesAsync(Container container, ContainerModel before, CancellationToken cancellation)
    {
        var model = container.Model;
        var sandbox = _services.Networks.FindSandbox(container.Id);
        WriteHosts(model, sandbox);
        var resolv = Resolver(model, sandbox);
        var path = _files.ResolvConf(model);
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false) == Resolver(before, sandbox).Text) Write(path, resolv.Text);
        if (sandbox is not null && NamesOf(resolv, model, sandbox) is { } names && container.Running is { } running)
        {
            await running.ResolveAsync(names, sandbox.NamespacePath, cancellation).ConfigureAwait(false);
        }
    }

    private static NameService? NamesOf(ResolvConf resolv, ContainerModel model, NetworkSandbox? sandbox) =>
        resolv.UsesResolver && sandbox is not null ? new NameService(sandbox.NamesFiles, resolv.Upstreams, ResolverPort(model)) : null;

    /// <summary>A container that says it serves DNS may want port 53 of every address, of 127.0.0.11 too.</summary>
    private static ushort ResolverPort(ContainerModel model) =>
        (model.Config.ExposedPorts?.Keys ?? []).Concat(model.HostConfig.PortBindings?.Keys ?? []).Any(port => PortSpec.Parse(port).Port == SandboxOptions.StandardResolverPort)
            ? SandboxOptions.OtherResolverPort
            : SandboxOptions.StandardResolverPort;

    private ResolvConf Resolver(ContainerModel model, NetworkSandbox? sandbox)
    {
        var host = model.HostConfig;
        var networks = sandbox is null ? [] : model.Networks.Keys.Select(_services.Networks.Resolve).ToList();
        return ResolvConf.Compose(new ResolvConfOptions
        {
            HostFile = ResolvConf.ReadHost(),
            UserDefinedNetwork = networks.Exists(network => network.Driver == "bridge" && !network.Predefined),
            HostNetwork = host.NetworkMode == "host",
            IPv6 = networks.Exists(network => network.EnableIPv6),
            Servers = host.Dns is { Count: > 0 } servers ? servers : _services.Options.Dns,
            Search = host.DnsSearch is { Count: > 0 } search ? search : _services.Options.DnsSearch,
            Options = host.DnsOptions is { Count: > 0 } options ? options : _services.Options.DnsOptions,
        });
    }

    private void WriteHosts(ContainerModel model, NetworkSandbox? sandbox)
    {
        var addresses = sandbox?.Endpoints.Values.SelectMany(endpoint => new[] { endpoint.Address, endpoint.Address6 }).OfType<IPAddress>() ?? [];
        var extra = (model.HostConfig.ExtraHosts ?? []).Select(entry =>
        {
            var colon = entry.AsSpan().IndexOfAny(':', '=');
            return (entry[..colon], entry[(colon + 1)..].Trim('[', ']'));
        }).Concat(LinkedHosts(model));
        if (model.HostConfig.NetworkMode == "host")
        {
            var text = File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "127.0.0.1\tlocalhost\n";
            Write(_files.Hosts(model), text + string.Concat(extra.Select(pair => $"{(pair.Item2 == HostsFile.HostGateway ? HostGateway() ?? IPAddress.Loopback : pair.Item2)}\t{pair.Item1}\n")));
            return;
        }

        Write(_files.Hosts(model), HostsFile.Compose(model.Config.Hostname, model.Config.Domainname, addresses, extra, HostGateway()));
    }

    private IPAddress? HostGateway() =>
        _services.Options.HostGateway ?? _services.Networks.List().FirstOrDefault(network => network.Name == "bridge")?.Subnets.Select(subnet => subnet.Gateway).FirstOrDefault();

    // Written in place: a running container has this very file mounted.
    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
