using System.Net;

namespace Davit.Network.Firewall;

/// <summary>What the firewall must know of one bridge.</summary>
/// <param name="Name">Name of the interface.</param>
/// <param name="Subnets">Its subnets.</param>
/// <param name="Icc">Whether its containers reach each other.</param>
/// <param name="Internal">Whether it has no way out of the host.</param>
internal sealed record BridgeRules(string Name, IReadOnlyList<SubnetRules> Subnets, bool Icc, bool Internal);

/// <summary>What the firewall must know of one subnet of a bridge.</summary>
/// <param name="Subnet">The subnet.</param>
/// <param name="Masquerade">Whether its containers hide behind an address of the host.</param>
/// <param name="Source">The address that they hide behind, or null for that of the interface that the packet leaves by.</param>
/// <param name="Open">Whether unpublished ports may be reached from outside (gateway modes <c>routed</c> and <c>nat-unprotected</c>).</param>
internal sealed record SubnetRules(IPNetwork Subnet, bool Masquerade, IPAddress? Source, bool Open);
