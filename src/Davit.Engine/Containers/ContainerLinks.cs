using System.Globalization;
using System.Net;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Primitives;

namespace Davit.Engine.Containers;

/// <summary>
/// Links: on the default bridge the other container's address under an alias in /etc/hosts and its ports and variables in the environment; on networks of
/// the user's the alias alone. The files follow the other one to another address.
/// </summary>
public sealed partial class ContainerService
{
    private const string DefaultNetwork = "bridge";

    /// <summary>Links name the other container by its id from the creation on: they stay right when it is renamed.</summary>
    private HostConfig PinLinks(HostConfig host)
    {
        if (host.Links is not { Count: > 0 } links || host.NetworkMode != DefaultNetwork) return host with { Links = null };
        List<string> pinned = [];
        foreach (var link in links.Select(ContainerLink.Parse))
        {
            var target = _table.Find(link.Target) ?? throw new DavitException(ErrorKind.InvalidArgument, $"could not get container for {link.Target}: No such container: {link.Target}");
            if (target.Model.HostConfig.NetworkMode == "host")
            {
                throw new DavitException(ErrorKind.InvalidArgument, "conflicting options: host type networking can't be used with links. This would result in undefined behavior");
            }

            pinned.Add(new ContainerLink(target.Id, link.Alias).ToString());
        }

        return host with { Links = pinned };
    }

    /// <summary>Links as inspect shows them: <c>/name:/self/alias</c>.</summary>
    private HostConfig ShowLinks(ContainerModel model) => model.HostConfig.Links is not { Count: > 0 } links ? model.HostConfig : model.HostConfig with
    {
        Links = [.. links.Select(ContainerLink.Parse).Select(link => (link.Alias, Target: _table.Find(link.Target))).Where(link => link.Target is not null)
            .Select(link => $"{link.Target!.Model.SlashName}:{model.SlashName}/{link.Alias}")],
    };

    /// <summary>Takes one link of a container away; <paramref name="path"/> is <c>container/alias</c>.</summary>
    private async Task RemoveLinkAsync(string path, CancellationToken cancellation)
    {
        var slash = path.Trim('/').IndexOf('/', StringComparison.Ordinal);
        var container = slash < 0 ? null : _table.Find(path.Trim('/')[..slash]);
        if (container is null) throw new DavitException(ErrorKind.InvalidArgument, $"Cannot get parent / name of the link {path}");
        var alias = path.Trim('/')[(slash + 1)..];
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var model = container.Model;
            var left = (model.HostConfig.Links ?? []).Where(link => ContainerLink.Parse(link).Alias != alias).ToList();
            if (left.Count == (model.HostConfig.Links?.Count ?? 0)) throw new DavitException(ErrorKind.NotFound, $"Could not find link {path}");
            await SetAsync(container, model with { HostConfig = model.HostConfig with { Links = left.Count > 0 ? left : null } }, cancellation).ConfigureAwait(false);
            if (container.Running is not null) WriteHosts(container.Model, _services.Networks.FindSandbox(container.Id));
        }
    }

    /// <summary>Links of the default bridge; their containers run.</summary>
    /// <exception cref="DavitException">FailedPrecondition: one does not run.</exception>
    private List<(string Alias, ContainerModel Target, IPAddress Address)> RequireLinked(ContainerModel model)
    {
        List<(string, ContainerModel, IPAddress)> linked = [];
        foreach (var link in (model.HostConfig.Links ?? []).Select(ContainerLink.Parse))
        {
            var target = _table.Find(link.Target)?.Model;
            if (target is null) continue; // removed meanwhile, and the link with it
            if (!target.State.Running) throw new DavitException(ErrorKind.InvalidArgument, $"Cannot link to a non running container: {target.SlashName} AS {model.SlashName}/{link.Alias}");
            if (AddressOn(target.Id, DefaultNetwork) is not { } address)
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"Cannot link to {target.SlashName}, as it does not belong to the default network");
            }

            linked.Add((link.Alias, target, address));
        }

        return linked;
    }

    /// <summary>Lines of /etc/hosts for linked containers that have an address now.</summary>
    private IEnumerable<(string Names, string Address)> LinkedHosts(ContainerModel model)
    {
        foreach (var link in (model.HostConfig.Links ?? []).Select(ContainerLink.Parse))
        {
            if (_table.Find(link.Target)?.Model is not { } target || AddressOn(target.Id, DefaultNetwork) is not { } address) continue;
            string[] names = [link.Alias, target.Config.Hostname, target.Name];
            yield return (string.Join(' ', names.Distinct()), address.ToString());
        }

        foreach (var (network, endpoint) in model.Networks)
        {
            foreach (var link in (endpoint.Links ?? []).Select(ContainerLink.Parse))
            {
                if (_table.Find(link.Target) is { } target && AddressOn(target.Id, network) is { } address) yield return (link.Alias, address.ToString());
            }
        }
    }

    /// <summary>Variables that tell of linked containers, in Docker's form.</summary>
    private static List<string> LinkVariables(ContainerModel model, List<(string Alias, ContainerModel Target, IPAddress Address)> linked)
    {
        List<string> variables = [];
        foreach (var (alias, target, address) in linked)
        {
            var prefix = alias.ToUpperInvariant().Replace('-', '_');
            var ports = (target.Config.ExposedPorts?.Keys ?? []).Select(PortSpec.Parse).OrderBy(port => port.Port).ThenBy(port => port.Protocol, StringComparer.Ordinal).ToList();
            if (ports.Count > 0) variables.Add(string.Create(CultureInfo.InvariantCulture, $"{prefix}_PORT={ports[0].Protocol}://{address}:{ports[0].Port}"));
            foreach (var port in ports)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}_PORT_{port.Port}_{port.Protocol.ToUpperInvariant()}");
                variables.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={port.Protocol}://{address}:{port.Port}"));
                variables.Add($"{name}_ADDR={address}");
                variables.Add(string.Create(CultureInfo.InvariantCulture, $"{name}_PORT={port.Port}"));
                variables.Add($"{name}_PROTO={port.Protocol}");
            }

            variables.Add($"{prefix}_NAME={model.SlashName}/{alias}");
            foreach (var variable in target.Config.Env ?? [])
            {
                var own = ConfigMerge.NameOf(variable);
                if (own is not ("HOME" or "PATH") && own.Length < variable.Length) variables.Add($"{prefix}_ENV_{variable}");
            }
        }

        return variables;
    }

    /// <summary>A container has an address, or another one: who is linked to it learns it.</summary>
    private void RefreshLinkers(Container container)
    {
        foreach (var other in _table.All)
        {
            var model = other.Model;
            if (other.Running is null || ReferenceEquals(other, container)) continue;
            var links = (model.HostConfig.Links ?? []).Concat(model.Networks.Values.SelectMany(endpoint => endpoint.Links ?? []));
            if (links.Any(link => ReferenceEquals(_table.Find(ContainerLink.Parse(link).Target), container))) WriteHosts(model, _services.Networks.FindSandbox(other.Id));
        }
    }

    private IPAddress? AddressOn(string containerId, string network) => _services.Networks.FindSandbox(containerId)?.Endpoints.GetValueOrDefault(network)?.Address;
}
