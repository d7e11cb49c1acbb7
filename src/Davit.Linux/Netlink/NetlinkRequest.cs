using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Davit.Linux.Netlink;

/// <summary>
/// One or more netlink messages that are sent with a single system call. Grows as needed and can be used again after <see cref="Clear"/>.
/// Not safe for use by two threads at once.
/// </summary>
public sealed class NetlinkRequest
{
    internal const int HeaderLength = 16;
    private const ushort NestedFlag = 0x8000;
    private readonly List<(int Offset, string What)> _messages = [];
    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>How many messages there are.</summary>
    public int Count => _messages.Count;

    /// <summary>How many bytes there are.</summary>
    public int Length => _length;

    internal ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        _messages.Clear();
        _length = 0;
    }

    /// <summary>Begins a message; what follows until the next one belongs to it.</summary>
    /// <param name="type">Message type, for example RTM_NEWLINK.</param>
    /// <param name="flags">NLM_F flags; NLM_F_REQUEST is added.</param>
    /// <param name="what">What it does and on what, for the error text.</param>
    public void Begin(ushort type, NetlinkFlags flags, string what)
    {
        Align();
        _messages.Add((_length, what));
        var header = Reserve(HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)(flags | NetlinkFlags.Request));
        Close();
    }

    /// <summary>Appends the fixed structure that stands between the header and the attributes.</summary>
    public void Structure<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(Reserve(Unsafe.SizeOf<T>()), in value);
        Close();
    }

    /// <summary>Appends an attribute.</summary>
    public void Attribute(int type, ReadOnlySpan<byte> value)
    {
        var start = BeginAttribute((ushort)type);
        value.CopyTo(Reserve(value.Length));
        EndAttribute(start);
    }

    /// <summary>Appends an attribute that is a zero-ended string.</summary>
    public void Attribute(int type, string value)
    {
        var start = BeginAttribute((ushort)type);
        var count = Encoding.UTF8.GetByteCount(value);
        Encoding.UTF8.GetBytes(value, Reserve(count + 1));
        EndAttribute(start);
    }

    /// <summary>Appends an attribute of one byte.</summary>
    public void Attribute(int type, byte value) => Attribute(type, [value]);

    /// <summary>Appends an attribute of 32 bits in the machine's order, as rtnetlink wants them.</summary>
    public void Attribute(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>Appends an attribute of 32 bits in network order, as netfilter wants them.</summary>
    public void AttributeBigEndian(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>Appends an attribute of 64 bits in network order.</summary>
    public void AttributeBigEndian(int type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>Opens an attribute that holds attributes.</summary>
    /// <returns>What <see cref="EndNest"/> wants.</returns>
    public int BeginNest(int type) => BeginAttribute((ushort)(type | NestedFlag));

    /// <summary>Closes the attribute opened last.</summary>
    public void EndNest(int nest) => EndAttribute(nest);

    /// <summary>Bytes of the attribute that is open, to know when 65,535 come near.</summary>
    public int NestLength(int nest) => _length - nest;

    internal string What(int index) => _messages[index].What;

    /// <summary>Numbers the messages and perhaps asks for an answer to each; failures are answered in any case.</summary>
    internal void Number(uint first, bool answers)
    {
        for (var i = 0; i < _messages.Count; i++)
        {
            var header = _buffer.AsSpan(_messages[i].Offset, HeaderLength);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], first + (uint)i);
            if (answers)
            {
                header[6] |= (byte)NetlinkFlags.Ack;
            }
        }
    }

    private int BeginAttribute(ushort type)
    {
        Align();
        var start = _length;
        BinaryPrimitives.WriteUInt16LittleEndian(Reserve(4)[2..], type);
        return start;
    }

    private void EndAttribute(int start)
    {
        var length = _length - start;
        if (length > ushort.MaxValue)
        {
            throw new InvalidOperationException($"netlink attribute of {length} bytes: at most 65535 fit");
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start), (ushort)length);
        Align();
        Close();
    }

    private void Align() => Reserve(-_length & 3);

    /// <summary>Puts the length so far into the header of the message that is being written.</summary>
    private void Close()
    {
        var start = _messages[^1].Offset;
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(start), (uint)(_length - start));
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        var span = _buffer.AsSpan(_length, count);
        span.Clear();
        _length += count;
        return span;
    }
}
