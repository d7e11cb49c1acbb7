using System.Buffers.Binary;
using System.Text;

namespace Davit.Linux.Netlink;

/// <summary>Walks over the attributes of a message. Malformed lengths end the walk.</summary>
public ref struct NetlinkAttributes
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Walks over these bytes.</summary>
    public NetlinkAttributes(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <summary>Type of the present attribute, without flags.</summary>
    public int Type { get; private set; }

    /// <summary>Content of the present attribute.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The content as a string without its ending zero.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>The content as 32 bits in the machine's order; 0 when it has another size.</summary>
    public readonly uint UInt32 => Value.Length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Value) : 0;

    /// <summary>The content as 32 bits in network order; 0 when it has another size.</summary>
    public readonly uint UInt32BigEndian => Value.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;

    /// <summary>The content as 64 bits in network order; 0 when it has another size.</summary>
    public readonly ulong UInt64BigEndian => Value.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(Value) : 0;

    /// <summary>Goes to the next attribute.</summary>
    public bool Next()
    {
        if (_rest.Length < 4)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length)
        {
            _rest = default;
            return false;
        }

        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & 0x3fff;
        Value = _rest[4..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
