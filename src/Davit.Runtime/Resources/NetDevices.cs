using Davit.Linux;
using Davit.Linux.Descriptors;
using Davit.Linux.Netlink;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Resources;

/// <summary>
/// Interfaces of the runtime's network namespace that were moved into a container's (config-linux.md, "Network Devices"). They stay there, unless the container
/// does not come to life: until this is let go they can be taken back, also those that the kernel would remove with the namespace.
/// </summary>
internal sealed class NetDevices : IDisposable
{
    private const int LongestName = 15;
    private readonly FileDescriptor _own = NetworkNamespace.OpenOwn();
    private readonly NetlinkSocket _here = NetlinkSocket.OpenRoute();
    private readonly NetlinkSocket _there;
    private readonly List<(LinkRecord Link, int Index, IReadOnlyList<AddressRecord> Addresses)> _moved = [];

    private NetDevices(FileDescriptor target) => _there = Inside(_own, target);

    /// <summary>Moves them, with their permanent addresses, and brings them up.</summary>
    /// <param name="devices">Names here, and names there.</param>
    /// <param name="pid">A process in the container's network namespace.</param>
    /// <exception cref="DavitException">One can't be moved; those before it are where they were.</exception>
    internal static NetDevices Move(IReadOnlyDictionary<string, NetDeviceSpec> devices, int pid)
    {
        using var target = NetworkNamespace.Open($"/proc/{pid}/ns/net");
        var all = new NetDevices(target);
        try
        {
            foreach (var (name, spec) in devices) all.MoveOne(name, string.IsNullOrEmpty(spec?.Name) ? name : spec.Name, target);
            return all;
        }
        catch
        {
            all.TakeBack();
            all.Dispose();
            throw;
        }
    }

    /// <summary>Gives them back to the runtime's namespace, as they were there.</summary>
    internal void TakeBack()
    {
        foreach (var (link, index, addresses) in _moved)
        {
            Execute(_there, r => r.MoveTo(index, link.Name, _own.Number));
            if (_here.FindLink(link.Name) is not { } back) continue;
            foreach (var address in addresses) Execute(_here, r => r.AddAddress(back.Index, address.Address, address.PrefixLength));
            if (link.Up) Execute(_here, r => r.SetUp(back.Index, link.Name));
        }

        _moved.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _there.Dispose();
        _here.Dispose();
        _own.Dispose();
    }

    private void MoveOne(string name, string inside, FileDescriptor target)
    {
        Check(name, inside, _there);
        var link = _here.FindLink(name) ?? throw new DavitException(ErrorKind.NotFound, $"network device {name} does not exist", "make it before the container");
        var addresses = _here.ListAddresses().Where(a => a.Index == link.Index && a.IsPermanent).ToList();
        Execute(_here, r => r.MoveTo(link.Index, inside, target.Number));

        // the kernel keeps the number where it is free, and only it knows what a template became
        var index = _there.FindLink(inside)?.Index ?? _there.ListLinks().Select(l => l.Index).Except(_moved.Select(m => m.Index)).Max();
        _moved.Add((link, index, addresses));
        foreach (var address in addresses) Execute(_there, r => r.AddAddress(index, address.Address, address.PrefixLength));
        Execute(_there, r => r.SetUp(index, inside));
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
