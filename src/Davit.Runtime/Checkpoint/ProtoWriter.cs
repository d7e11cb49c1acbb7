using System.Text;

namespace Davit.Runtime.Checkpoint;

/// <summary>Writes a message of protocol buffers (protobuf.dev, "Encoding"): field numbers with whole numbers, texts and messages, all that CRIU's requests need.</summary>
internal sealed class ProtoWriter
{
    private const int VariableLength = 0, Length = 2;
    private readonly List<byte> _bytes = [];

    /// <summary>A number, an enumeration's value or a truth value; a negative one takes ten bytes.</summary>
    internal ProtoWriter Number(int field, long value)
    {
        Variable((ulong)((field << 3) | VariableLength));
        Variable((ulong)value);
        return this;
    }

    /// <summary>A truth value that is true; what is false is left out.</summary>
    internal ProtoWriter Flag(int field, bool value) => value ? Number(field, 1) : this;

    /// <summary>A text; null is left out.</summary>
    internal ProtoWriter Text(int field, string? value) => value is null ? this : Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message.</summary>
    internal ProtoWriter Message(int field, ProtoWriter value) => Bytes(field, value.ToArray());

    internal byte[] ToArray() => _bytes.ToArray();

    private ProtoWriter Bytes(int field, byte[] value)
    {
        Variable((ulong)((field << 3) | Length));
        Variable((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
