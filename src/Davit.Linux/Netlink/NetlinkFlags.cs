namespace Davit.Linux.Netlink;

/// <summary>Flags of a netlink message (NLM_F_…).</summary>
[Flags]
public enum NetlinkFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It is a request.</summary>
    Request = 1,

    /// <summary>An answer is wanted.</summary>
    Ack = 4,

    /// <summary>Everything there is (NLM_F_ROOT | NLM_F_MATCH).</summary>
    Dump = 0x300,

    /// <summary>Put in the place of what exists.</summary>
    Replace = 0x100,

    /// <summary>Fail when it exists.</summary>
    Exclusive = 0x200,

    /// <summary>Make it when it does not exist.</summary>
    Create = 0x400,

    /// <summary>Put at the end.</summary>
    Append = 0x800,
}
