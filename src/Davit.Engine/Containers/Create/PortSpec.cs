using System.Globalization;
using System.Net;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>A port of a container, as API keys write it: <c>80/tcp</c>.</summary>
internal readonly record struct PortSpec(ushort Port, string Protocol)
{
    public static PortSpec Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var number = slash < 0 ? text : text[..slash];
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        if (protocol is not ("tcp" or "udp" or "sctp")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid port specification: \"{text}\"");
        if (protocol == "sctp") throw new DavitException(ErrorKind.InvalidArgument, $"invalid port specification: \"{text}\": sctp ports are not offered", "use tcp or udp");
        if (!ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid port specification: \"{text}\"");
        }

        return new PortSpec(port, protocol);
    }

    /// <summary>What <c>-p</c> asks for, with Docker's texts for what is wrong.</summary>
    public static IReadOnlyList<Davit.Network.PortBinding> Bindings(HostConfig host, ContainerConfig config)
    {
        List<Davit.Network.PortBinding> bindings = [];
        HashSet<PortSpec> bound = [];
        foreach (var (key, wanted) in host.PortBindings ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        {
            var port = Parse(key);
            foreach (var binding in wanted ?? [])
            {
                bindings.Add(Bind(port, binding));
                bound.Add(port);
            }
        }

        if (host.PublishAllPorts)
        {
            foreach (var port in (config.ExposedPorts?.Keys ?? []).Select(Parse).Where(port => !bound.Contains(port)).OrderBy(port => port.Port))
            {
                bindings.Add(new(null, 0, port.Port, port.Protocol));
            }
        }

        return bindings;
    }

    private static Davit.Network.PortBinding Bind(PortSpec port, PortBinding binding)
    {
        IPAddress? address = null;
        if (binding.HostIp.Length > 0)
        {
            if (!IPAddress.TryParse(binding.HostIp, out address)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid IP address \"{binding.HostIp}\" in port binding of {port}");
            if (address.Equals(IPAddress.Any)) address = IPAddress.Any;
        }

        var range = binding.HostPort.Split('-');
        ushort first = 0, last = 0;
        if (binding.HostPort.Length > 0 && (range.Length > 2 || !ushort.TryParse(range[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            || (range.Length == 2 && (!ushort.TryParse(range[1], NumberStyles.None, CultureInfo.InvariantCulture, out last) || last < first))))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid port specification: \"{binding.HostPort}\"");
        }

        return new(address, first, port.Port, port.Protocol) { HostPortEnd = last };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Port}/{Protocol}");

}
