namespace Davit.Primitives;

/// <summary>
/// One daemon's share of the host. Everything that could collide with another daemon carries the instance:
/// directories, sockets, bridge, interface names, firewall table, cgroups. Tests give each daemon its own.
/// </summary>
public sealed record Instance
{
    /// <summary>Name, <c>davit</c> unless told otherwise; lower-case letters, digits and dashes, at most 12 characters.</summary>
    public string Name { get; init; } = "davit";

    /// <summary>State that must survive a reboot; <c>/var/lib/davit</c> by default.</summary>
    public string DataRoot { get; init; } = "/var/lib/davit";

    /// <summary>State that need not: sockets, network namespaces, monitors; <c>/run/davit</c> by default (dockerd's exec-root).</summary>
    public string RunRoot { get; init; } = "/run/davit";

    /// <summary>Name of the default bridge, at most 15 characters.</summary>
    public string Bridge { get; init; } = "davit0";

    /// <summary>Prefix of the names of interfaces on the host's side, at most 6 characters.</summary>
    public string InterfacePrefix { get; init; } = "dvt";

    /// <summary>Name of the nftables table that this daemon owns.</summary>
    public string FirewallTable { get; init; } = "davit";

    /// <summary>Parent cgroup of containers, without the leading slash.</summary>
    public string CgroupParent { get; init; } = "davit";
}
