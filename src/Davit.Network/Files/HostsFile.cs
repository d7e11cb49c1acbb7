using System.Net;
using System.Text;

namespace Davit.Network.Files;

/// <summary>Content of a container's /etc/hosts, as Docker writes it.</summary>
public static class HostsFile
{
    /// <summary>The word in <c>--add-host NAME:host-gateway</c> that stands for the host.</summary>
    public const string HostGateway = "host-gateway";

    /// <summary>Writes the file.</summary>
    /// <param name="hostname">Host name of the container.</param>
    /// <param name="domain">Domain name, or empty.</param>
    /// <param name="addresses">Addresses of the container on its networks; none for <c>none</c>.</param>
    /// <param name="extra">Names and addresses of <c>--add-host</c>; <see cref="HostGateway"/> is replaced.</param>
    /// <param name="hostGateway">Address of the host that <see cref="HostGateway"/> stands for.</param>
    public static string Compose(string hostname, string domain, IEnumerable<IPAddress> addresses, IEnumerable<(string Name, string Address)> extra, IPAddress? hostGateway)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n"
            + "::1\tlocalhost ip6-localhost ip6-loopback\n"
            + "fe00::\tip6-localnet\n"
            + "ff00::\tip6-mcastprefix\n"
            + "ff02::1\tip6-allnodes\n"
            + "ff02::2\tip6-allrouters\n");
        foreach (var (name, address) in extra)
        {
            var resolved = address == HostGateway ? hostGateway?.ToString() : address;
            if (resolved is not null)
            {
                text.Append(resolved).Append('\t').Append(name).Append('\n');
            }
        }

        // The whole name, and its first part when it has several.
        var whole = domain.Length > 0 ? $"{hostname}.{domain}" : hostname;
        var dot = whole.IndexOf('.', StringComparison.Ordinal);
        var names = dot > 0 ? $"{whole} {whole[..dot]}" : whole;
        foreach (var address in addresses)
        {
            text.Append(address).Append('\t').Append(names).Append('\n');
        }

        return text.ToString();
    }
}
