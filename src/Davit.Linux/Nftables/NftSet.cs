namespace Davit.Linux.Nftables;

/// <summary>A set, or a map when it has values.</summary>
/// <param name="Name">Name in the table.</param>
/// <param name="Key">Fields of the key; several are a concatenation.</param>
/// <param name="Value">Fields of the value; empty for a set.</param>
/// <param name="Interval">Whether each field of a key may be a range.</param>
public sealed record NftSet(string Name, IReadOnlyList<NftField> Key, IReadOnlyList<NftField> Value, bool Interval = false)
{
    /// <summary>Bytes of a field, without padding.</summary>
    internal static int LengthOf(NftField field) => field switch
    {
        NftField.Ipv4Address => 4,
        NftField.Protocol => 1,
        NftField.Port => 2,
        _ => 16,
    };

    /// <summary>Bytes of fields in registers, each padded to 32 bits when there are several.</summary>
    internal static int LengthOf(IReadOnlyList<NftField> fields) =>
        fields.Count == 1 ? LengthOf(fields[0]) : fields.Sum(field => (LengthOf(field) + 3) & ~3);

    /// <summary>The type number of fields: 6 bits a field.</summary>
    internal static uint TypeOf(IReadOnlyList<NftField> fields) => fields.Aggregate(0u, (type, field) => (type << 6) | (uint)field);
}
