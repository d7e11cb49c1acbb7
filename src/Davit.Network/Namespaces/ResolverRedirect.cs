using System.Net;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;

namespace Davit.Network.Namespaces;

/// <summary>
/// Leads questions to 127.0.0.11:53 to another port of that address, so that a container which is a DNS server itself can take port 53 of every address.
/// Only such containers get it: it costs connection tracking, and is lost when the container flushes its own firewall.
/// </summary>
internal static class ResolverRedirect
{
    private const string Table = "davit-resolver";
    private const string Chain = "output";

    /// <summary>Writes the rules.</summary>
    /// <param name="firewall">An nf_tables socket of the container's network namespace.</param>
    /// <param name="port">Where the resolver listens, TCP and UDP.</param>
    /// <exception cref="Davit.Linux.LinuxException">The kernel has no translation of addresses.</exception>
    internal static void Write(NetlinkSocket firewall, int port)
    {
        const int DestinationOffset = 16;
        var batch = new NftBatch(NftFamily.Ipv4, Table);
        var resolver = IPAddress.Parse(SandboxOptions.ResolverAddress);
        batch.AddTable();
        batch.AddChain(Chain, new NftHook("nat", NftHook.Output, NftHook.DestinationNatPriority));
        foreach (var transport in (byte[])[6, 17])
        {
            batch.AddRule(Chain, rule => rule
                .Subnet(DestinationOffset, resolver.GetAddressBytes(), 32)
                .Transport(transport)
                .DestinationPort(SandboxOptions.StandardResolverPort)
                .LoadAddress(1, resolver)
                .LoadPort(2, (ushort)port)
                .DestinationNat(NftFamily.Ipv4, 1, 2));
        }

        batch.Commit(firewall);
    }
}
