using Davit.Linux.Netlink;

namespace Davit.Linux.Nftables;

/// <summary>Questions about what is in the kernel's tables.</summary>
public static class NftQueries
{
    private const int HeaderLength = 4;

    /// <summary>All chains of all tables, other programs' too.</summary>
    public static IReadOnlyList<NftChainRecord> ListChains(this NetlinkSocket socket)
    {
        var chains = new List<NftChainRecord>();
        socket.Dump(Get(4, 0, "list chains"), (type, payload) =>
        {
            var family = (NftFamily)payload[0];
            string table = "", name = "", kind = "";
            (int Number, int Priority)? hook = null;
            var drops = false;
            var attributes = new NetlinkAttributes(payload[HeaderLength..]);
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case 1:
                        table = attributes.Text;
                        break;
                    case 3:
                        name = attributes.Text;
                        break;
                    case 4:
                        int number = 0, priority = 0;
                        var inner = new NetlinkAttributes(attributes.Value);
                        while (inner.Next())
                        {
                            number = inner.Type == 1 ? (int)inner.UInt32BigEndian : number;
                            priority = inner.Type == 2 ? (int)inner.UInt32BigEndian : priority;
                        }

                        hook = (number, priority);
                        break;
                    case 5:
                        drops = attributes.UInt32BigEndian == 0;
                        break;
                    case 7:
                        kind = attributes.Text;
                        break;
                }
            }

            chains.Add(new NftChainRecord(family, table, name, hook is { } h ? new NftHook(kind, h.Number, h.Priority) : null, drops));
        });
        return chains;
    }

    /// <summary>Names of all tables of a family.</summary>
    public static IReadOnlyList<string> ListTables(this NetlinkSocket socket, NftFamily family)
    {
        var tables = new List<string>();
        socket.Dump(Get(1, family, "list tables"), (type, payload) =>
        {
            var attributes = new NetlinkAttributes(payload[HeaderLength..]);
            while (attributes.Next())
            {
                if (attributes.Type == 1)
                {
                    tables.Add(attributes.Text);
                }
            }
        });
        return tables;
    }

    /// <summary>Handles of the rules of a chain that carry this comment.</summary>
    public static IReadOnlyList<ulong> FindRules(this NetlinkSocket socket, NftChainRecord chain, string comment)
    {
        var request = Get(7, chain.Family, $"list rules of {chain.Name}");
        request.Attribute(1, chain.Table);
        request.Attribute(2, chain.Name);
        var wanted = NftBatch.CommentData(comment);
        var handles = new List<ulong>();
        socket.Dump(request, (type, payload) =>
        {
            ulong handle = 0;
            bool here = false, table = false, marked = false;
            var attributes = new NetlinkAttributes(payload[HeaderLength..]);
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case 1:
                        table = attributes.Text == chain.Table;
                        break;
                    case 2:
                        here = attributes.Text == chain.Name;
                        break;
                    case 3:
                        handle = attributes.UInt64BigEndian;
                        break;
                    case 7:
                        marked = attributes.Value.SequenceEqual(wanted);
                        break;
                }
            }

            if (table && here && marked)
            {
                handles.Add(handle);
            }
        });
        return handles;
    }

    /// <summary>Keys of the elements of a set.</summary>
    public static int CountElements(this NetlinkSocket socket, NftFamily family, string table, string set)
    {
        var request = Get(13, family, $"list elements of {set}");
        request.Attribute(1, table);
        request.Attribute(2, set);
        var count = 0;
        socket.Dump(request, (type, payload) =>
        {
            var attributes = new NetlinkAttributes(payload[HeaderLength..]);
            while (attributes.Next())
            {
                if (attributes.Type == 3)
                {
                    var elements = new NetlinkAttributes(attributes.Value);
                    while (elements.Next())
                    {
                        count++;
                    }
                }
            }
        });
        return count;
    }

    private static NetlinkRequest Get(int message, NftFamily family, string what)
    {
        var request = new NetlinkRequest();
        request.Begin((ushort)(NftBatch.Subsystem | message), NetlinkFlags.Dump, what);
        request.Structure(new NftBatch.Header { Family = (byte)family });
        return request;
    }
}
