using System.Text;
using Davit.Linux.Netlink;

namespace Davit.Linux.Nftables;

/// <summary>A transaction of nf_tables on one table: everything in it happens at once, or nothing.</summary>
public sealed class NftBatch
{
    internal const int Subsystem = 10 << 8;
    private const ushort BatchBegin = 0x10;
    private const ushort BatchEnd = 0x11;
    private const int ElementsPerMessage = 400;
    private readonly NetlinkRequest _request = new();
    private readonly NftFamily _family;
    private readonly string _table;
    private uint _nextSetId = 1;

    /// <summary>Begins a transaction.</summary>
    public NftBatch(NftFamily family, string table)
    {
        _family = family;
        _table = table;
        _request.Begin(BatchBegin, NetlinkFlags.None, "begin nf_tables transaction");
        _request.Structure(new Header { ResourceHigh = 0, ResourceLow = Subsystem >> 8 });
    }

    /// <summary>Makes the table when it is not there.</summary>
    public void AddTable()
    {
        Begin(0, NetlinkFlags.Create, $"add table {_table}");
        _request.Attribute(1, _table);
    }

    /// <summary>Removes the table with all it holds; it must be there.</summary>
    public void DeleteTable()
    {
        Begin(2, NetlinkFlags.None, $"delete table {_table}");
        _request.Attribute(1, _table);
    }

    /// <summary>Makes a set or map.</summary>
    public void AddSet(NftSet set)
    {
        const uint FlagInterval = 4, FlagMap = 8, FlagConcat = 0x80;
        Begin(9, NetlinkFlags.Create, $"add set {set.Name}");
        _request.Attribute(1, _table);
        _request.Attribute(2, set.Name);
        var flags = (set.Interval ? FlagInterval | (set.Key.Count > 1 ? FlagConcat : 0) : 0) | (set.Value.Count > 0 ? FlagMap : 0);
        _request.AttributeBigEndian(3, flags);
        _request.AttributeBigEndian(4, NftSet.TypeOf(set.Key));
        _request.AttributeBigEndian(5, (uint)NftSet.LengthOf(set.Key));
        if (set.Value.Count > 0)
        {
            _request.AttributeBigEndian(6, NftSet.TypeOf(set.Value));
            _request.AttributeBigEndian(7, (uint)NftSet.LengthOf(set.Value));
        }

        if (set.Interval && set.Key.Count > 1)
        {
            var description = _request.BeginNest(9);
            var concatenation = _request.BeginNest(2);
            foreach (var field in set.Key)
            {
                var element = _request.BeginNest(1);
                _request.AttributeBigEndian(1, (uint)NftSet.LengthOf(field));
                _request.EndNest(element);
            }

            _request.EndNest(concatenation);
            _request.EndNest(description);
        }

        _request.AttributeBigEndian(10, _nextSetId++);
        if (set.Key is [NftField.InterfaceName])
        {
            // For nft(8) alone: names are in the machine's byte order (type 0, length 4, value 1), or it lists them as empty.
            _request.Attribute(13, [0, 4, 1, 0, 0, 0]);
        }
    }

    /// <summary>Adds elements; one that is there with the same value is no failure.</summary>
    public void AddElements(string set, IEnumerable<NftElement> elements) => Elements(12, NetlinkFlags.Create, "add elements to", set, elements);

    /// <summary>Removes elements; each must be there.</summary>
    public void DeleteElements(string set, IEnumerable<NftElement> elements) => Elements(14, NetlinkFlags.None, "delete elements of", set, elements);

    /// <summary>Removes all elements.</summary>
    public void FlushSet(string set)
    {
        Begin(14, NetlinkFlags.None, $"flush set {set}");
        _request.Attribute(1, _table);
        _request.Attribute(2, set);
    }

    /// <summary>Makes a chain.</summary>
    /// <param name="name">Name.</param>
    /// <param name="hook">Where it hangs, or null for one that others jump to.</param>
    /// <param name="drop">Whether a hanging one drops what no rule decides on.</param>
    public void AddChain(string name, NftHook? hook = null, bool drop = false)
    {
        const uint PolicyDrop = 0, PolicyAccept = 1;
        Begin(3, NetlinkFlags.Create, $"add chain {name}");
        _request.Attribute(1, _table);
        _request.Attribute(3, name);
        if (hook is not null)
        {
            var nest = _request.BeginNest(4);
            _request.AttributeBigEndian(1, (uint)hook.Number);
            _request.AttributeBigEndian(2, (uint)hook.Priority);
            _request.EndNest(nest);
            _request.AttributeBigEndian(5, drop ? PolicyDrop : PolicyAccept);
            _request.Attribute(7, hook.Type);
        }
    }

    /// <summary>Removes all rules of a chain.</summary>
    public void FlushChain(string chain)
    {
        Begin(8, NetlinkFlags.None, $"flush chain {chain}");
        _request.Attribute(1, _table);
        _request.Attribute(2, chain);
    }

    /// <summary>Adds a rule at the end of a chain, or at its beginning.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="write">Writes its expressions.</param>
    /// <param name="comment">Shown by nft(8), at most 127 bytes; or null.</param>
    /// <param name="first">Put it before all others.</param>
    public void AddRule(string chain, Action<NftExpressions> write, string? comment = null, bool first = false)
    {
        Begin(6, NetlinkFlags.Create | (first ? NetlinkFlags.None : NetlinkFlags.Append), $"add rule to {chain}");
        _request.Attribute(1, _table);
        _request.Attribute(2, chain);
        var nest = _request.BeginNest(4);
        write(new NftExpressions(_request));
        _request.EndNest(nest);
        if (comment is not null)
        {
            _request.Attribute(7, CommentData(comment));
        }
    }

    /// <summary>Removes a rule by its handle.</summary>
    public void DeleteRule(string chain, ulong handle)
    {
        Begin(8, NetlinkFlags.None, $"delete rule {handle} of {chain}");
        _request.Attribute(1, _table);
        _request.Attribute(2, chain);
        _request.AttributeBigEndian(3, handle);
    }

    /// <summary>Carries out the transaction.</summary>
    /// <exception cref="LinuxException">The first failure; nothing changed.</exception>
    public void Commit(NetlinkSocket socket)
    {
        _request.Begin(BatchEnd, NetlinkFlags.None, "commit nf_tables transaction");
        _request.Structure(new Header { ResourceLow = Subsystem >> 8 });
        socket.ExecuteBatch(_request);
    }

    /// <summary>The comment of a rule as nft(8) keeps it: type, length, zero-ended text.</summary>
    internal static byte[] CommentData(string comment) => [0, (byte)(Encoding.UTF8.GetByteCount(comment) + 1), .. Encoding.UTF8.GetBytes(comment), 0];

    private void Begin(int message, NetlinkFlags flags, string what)
    {
        _request.Begin((ushort)(Subsystem | message), flags, what);
        _request.Structure(new Header { Family = (byte)_family });
    }

    private void Elements(int message, NetlinkFlags flags, string verb, string set, IEnumerable<NftElement> elements)
    {
        foreach (var chunk in elements.Chunk(ElementsPerMessage))
        {
            Begin(message, flags, $"{verb} set {set}");
            _request.Attribute(1, _table);
            _request.Attribute(2, set);
            var list = _request.BeginNest(3);
            foreach (var element in chunk)
            {
                var nest = _request.BeginNest(1);
                Data(1, element.Key);
                if (element.KeyEnd is not null)
                {
                    Data(10, element.KeyEnd);
                }

                if (element.Value is not null)
                {
                    Data(2, element.Value);
                }

                _request.EndNest(nest);
            }

            _request.EndNest(list);
        }
    }

    private void Data(int attribute, byte[] value)
    {
        var nest = _request.BeginNest(attribute);
        _request.Attribute(1, value);
        _request.EndNest(nest);
    }

    /// <summary>struct nfgenmsg; the resource id is in network order.</summary>
    internal struct Header
    {
        internal byte Family;
        internal byte Version;
        internal byte ResourceHigh;
        internal byte ResourceLow;
    }
}
