using System.Net;

namespace Davit.Network.Networks;

/// <summary>A network as it is kept in the collection <c>networks</c>. Properties have setters, since the JSON generator gives an absent init-only property no default.</summary>
internal sealed record NetworkRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Driver { get; init; }

    public DateTimeOffset Created { get; set; }

    public bool Internal { get; set; }

    public bool Attachable { get; set; }

    public bool Predefined { get; set; }

    public bool EnableIPv6 { get; set; }

    public string IpamDriver { get; set; } = "default";

    public Dictionary<string, string>? IpamOptions { get; set; }

    public List<SubnetRecord> Subnets { get; set; } = [];

    public Dictionary<string, string> Options { get; set; } = [];

    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>Name of the bridge; empty for <c>host</c> and <c>none</c>.</summary>
    public string Bridge { get; set; } = "";

    /// <summary>Whether the bridge was somebody else's before, and stays when the network goes.</summary>
    public bool ForeignBridge { get; set; }

    internal NetworkModel ToModel() => new()
    {
        Id = Id,
        Name = Name,
        Driver = Driver,
        Created = Created,
        Internal = Internal,
        Attachable = Attachable,
        Predefined = Predefined,
        EnableIPv6 = EnableIPv6,
        IpamDriver = IpamDriver,
        IpamOptions = IpamOptions,
        Options = Options,
        Labels = Labels,
        Subnets = [.. Subnets.Select(subnet => subnet.ToModel())],
    };

    internal static NetworkRecord From(NetworkModel model, string bridge, bool foreign) => new()
    {
        Id = model.Id,
        Name = model.Name,
        Driver = model.Driver,
        Created = model.Created,
        Internal = model.Internal,
        Attachable = model.Attachable,
        Predefined = model.Predefined,
        EnableIPv6 = model.EnableIPv6,
        IpamDriver = model.IpamDriver,
        IpamOptions = model.IpamOptions?.ToDictionary(),
        Options = model.Options.ToDictionary(),
        Labels = model.Labels.ToDictionary(),
        Subnets = [.. model.Subnets.Select(SubnetRecord.From)],
        Bridge = bridge,
        ForeignBridge = foreign,
    };
}

/// <summary>A subnet of a <see cref="NetworkRecord"/>.</summary>
internal sealed record SubnetRecord(string Subnet, string Gateway, bool GatewayChosen, string? IpRange, Dictionary<string, string> AuxiliaryAddresses)
{
    /// <summary>Absent in records of a time when it was not known; then as if given.</summary>
    public bool? Given { get; set; }

    internal SubnetModel ToModel() => new(IPNetwork.Parse(Subnet), IPAddress.Parse(Gateway), IpRange is null ? null : IPNetwork.Parse(IpRange))
    {
        GatewayChosen = GatewayChosen,
        Given = Given ?? true,
        AuxiliaryAddresses = AuxiliaryAddresses.ToDictionary(pair => pair.Key, pair => IPAddress.Parse(pair.Value)),
    };

    internal static SubnetRecord From(SubnetModel model) => new(
        model.Subnet.ToString(),
        model.Gateway.ToString(),
        model.GatewayChosen,
        model.IpRange?.ToString(),
        model.AuxiliaryAddresses.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()))
    {
        Given = model.Given,
    };
}
