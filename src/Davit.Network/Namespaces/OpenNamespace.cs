using Davit.Linux.Descriptors;
using Davit.Linux.Netlink;

namespace Davit.Network.Namespaces;

/// <summary>A container's network namespace, opened to change it.</summary>
/// <param name="Descriptor">The namespace.</param>
/// <param name="Links">An rtnetlink socket inside.</param>
internal sealed record OpenNamespace(FileDescriptor Descriptor, NetlinkSocket Links) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Descriptor.Dispose();
        Links.Dispose();
    }
}
