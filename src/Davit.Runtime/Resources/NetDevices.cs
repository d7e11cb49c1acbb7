using Davit.Linux;
using Davit.Linux.Descriptors;
using Davit.Linux.Netlink;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Resources;

/// <summary>Moves interfaces of the runtime's network namespace into a container's (config-linux.md, "Network Devices"); they are never taken back.</summary>
internal static class NetDevices
{
    private const int LongestName = 15;

    /// <summary>Moves them, with their permanent addresses, and brings them up.</summary>
    /// <param name="devices">Names here, and names there.</param>
    /// <param name="pid">A process in the container's network namespace.</param>
    /// <exception cref="DavitException">One can't be moved; those before it are where they were.</exception>
    internal static void Move(IReadOnlyDictionary<string, NetDeviceSpec> devices, int pid)
    {
        using var own = NetworkNamespace.OpenOwn();
        using var target = NetworkNamespace.Open($"/proc/{pid}/ns/net");
        using var here = NetlinkSocket.OpenRoute();
        using var there = Inside(own, target);
        var moved = new List<(LinkRecord Link, int Index, IReadOnlyList<AddressRecord> Addresses)>();
        try
        {
            foreach (var (name, spec) in devices)
            {
                var inside = string.IsNullOrEmpty(spec?.Name) ? name : spec.Name;
                Check(name, inside, there);
                var link = here.FindLink(name) ?? throw new DavitException(ErrorKind.NotFound, $"network device {name} does not exist", "make it before the container");
                var addresses = here.ListAddresses().Where(a => a.Index == link.Index && a.IsPermanent).ToList();
                Execute(here, r => r.MoveTo(link.Index, inside, target.Number));

                // the kernel keeps the number where it is free, and only it knows what a template became
                var index = there.FindLink(inside)?.Index ?? there.ListLinks().Select(l => l.Index).Except(moved.Select(m => m.Index)).Max();
                moved.Add((link, index, addresses));
                foreach (var address in addresses) Execute(there, r => r.AddAddress(index, address.Address, address.PrefixLength));
                Execute(there, r => r.SetUp(index, inside));
            }
        }
        catch
        {
            foreach (var (link, index, addresses) in moved) Return(here, there, own, link, index, addresses);
            throw;
        }
    }

    /// <summary>Undoes a move, when one after it failed.</summary>
    private static void Return(NetlinkSocket here, NetlinkSocket there, FileDescriptor own, LinkRecord link, int index, IReadOnlyList<AddressRecord> addresses)
    {
        Execute(there, r => r.MoveTo(index, link.Name, own.Number));
        if (here.FindLink(link.Name) is not { } back) return;
        foreach (var address in addresses) Execute(here, r => r.AddAddress(back.Index, address.Address, address.PrefixLength));
        if (link.Up) Execute(here, r => r.SetUp(back.Index, link.Name));
    }

    private static void Check(string name, string inside, NetlinkSocket there)
    {
        if (inside.Length > LongestName || inside is "." or ".." || inside.Any(c => c is '/' or ':' || char.IsWhiteSpace(c)) || (inside.Contains('%') && (inside.IndexOf('%') != inside.LastIndexOf('%') || !inside.EndsWith("%d", StringComparison.Ordinal))))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"network device {name}: \"{inside}\" is no name of an interface", "use at most 15 characters; %d at the end stands for a number");
        }

        if (there.FindLink(inside) is not null) throw new DavitException(ErrorKind.AlreadyExists, $"network device {name}: the container has an interface {inside} already", "give it another name, or a template such as eth%d");
    }

    private static NetlinkSocket Inside(FileDescriptor own, FileDescriptor target)
    {
        NetworkNamespace.Enter(target);
        try
        {
            return NetlinkSocket.OpenRoute();
        }
        finally
        {
            NetworkNamespace.Enter(own);
        }
    }

    private static void Execute(NetlinkSocket socket, Action<NetlinkRequest> write)
    {
        var request = new NetlinkRequest();
        write(request);
        try
        {
            socket.Execute(request);
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException("can't give the container its network devices");
        }
    }
}
