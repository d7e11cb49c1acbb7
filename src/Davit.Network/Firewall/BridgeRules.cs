namespace Davit.Network.Firewall;

/// <summary>What the firewall must know of one bridge.</summary>
/// <param name="Name">Name of the interface.</param>
/// <param name="Subnets">Its subnets.</param>
/// <param name="Masquerade">Whether its containers hide behind the host's address.</param>
/// <param name="Icc">Whether its containers reach each other.</param>
/// <param name="Internal">Whether it has no way out of the host.</param>
/// <param name="Open">Whether unpublished ports may be reached from outside (gateway modes <c>routed</c> and <c>nat-unprotected</c>).</param>
internal sealed record BridgeRules(string Name, IReadOnlyList<SubnetModel> Subnets, bool Masquerade, bool Icc, bool Internal, bool Open);
