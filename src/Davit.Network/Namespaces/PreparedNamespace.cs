using Davit.Linux.Descriptors;
using Davit.Linux.Netlink;

namespace Davit.Network.Namespaces;

/// <summary>A network namespace that is ready for a container: pinned, <c>lo</c> up, perhaps with one end of a veth pair in it.</summary>
/// <param name="Path">Where it is pinned.</param>
/// <param name="Descriptor">The namespace, to put interfaces into.</param>
/// <param name="Links">An rtnetlink socket inside.</param>
/// <param name="HostInterface">The host's end of the pair, or null.</param>
/// <param name="InnerIndex">Index of the other end, inside.</param>
/// <param name="Master">Index of the bridge that the host's end is a port of, or 0.</param>
internal sealed record PreparedNamespace(string Path, FileDescriptor Descriptor, NetlinkSocket Links, string? HostInterface, int InnerIndex, int Master) : IDisposable
{
    /// <summary>Closes what is open; the namespace stays pinned.</summary>
    public void Dispose()
    {
        Descriptor.Dispose();
        Links.Dispose();
    }
}
