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
        var domain = config.Domainname;
        Write(_files.Hostname(model), (domain.Length > 0 ? $"{config.Hostname}.{domain}" : config.Hostname) + "\n");
        WriteHosts(model, sandbox);
        var networks = sandbox is null ? [] : model.Networks.Keys.Select(_services.Networks.Resolve).ToList();
        var resolv = ResolvConf.Compose(new ResolvConfOptions
        {
            HostFile = ResolvConf.ReadHost(),
            UserDefinedNetwork = networks.Exists(network => network.Driver == "bridge" && !network.Predefined),
            HostNetwork = host.NetworkMode == "host",
            IPv6 = networks.Exists(network => network.EnableIPv6),
            Servers = host.Dns is { Count: > 0 } servers ? servers : _services.Options.Dns,
            Search = host.DnsSearch is { Count: > 0 } search ? search : _services.Options.DnsSearch,
            Options = host.DnsOptions is { Count: > 0 } options ? options : _services.Options.DnsOptions,
        });
        Write(_files.ResolvConf(model), resolv.Text);
        return resolv.UsesResolver && sandbox is not null ? new NameService(sandbox.NamesFiles, resolv.Upstreams) : null;
    }

    private void WriteHosts(ContainerModel model, NetworkSandbox? sandbox)
    {
        var addresses = sandbox?.Endpoints.Values.SelectMany(endpoint => new[] { endpoint.Address, endpoint.Address6 }).OfType<IPAddress>() ?? [];
        var extra = (model.HostConfig.ExtraHosts ?? []).Select(entry =>
        {
            var colon = entry.AsSpan().IndexOfAny(':', '=');
            return (entry[..colon], entry[(colon + 1)..].Trim('[', ']'));
        });
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
