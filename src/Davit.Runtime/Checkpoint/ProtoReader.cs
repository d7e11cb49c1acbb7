using System.Buffers.Binary;
using System.Text;

namespace Davit.Runtime.Checkpoint;

/// <summary>Reads a message of protocol buffers field by field; the caller takes what it knows.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Number of the field that was read last.</summary>
    internal int Field { get; private set; }

    /// <summary>Its value as a number, where it is one.</summary>
    internal long Number { get; private set; }

    /// <summary>Its bytes, where it is a text or a message.</summary>
    internal ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value as a text.</summary>
    internal readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Goes on to the next field.</summary>
    /// <exception cref="InvalidDataException">The message ends inside a field, or is none.</exception>
    internal bool Next()
    {
        if (_rest.IsEmpty) return false;
        var tag = Variable();
        (Field, Number) = ((int)(tag >> 3), 0);
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Number = (long)Variable();
                return true;
            case 1:
                Number = BinaryPrimitives.ReadInt64LittleEndian(Take(8));
                return true;
            case 2:
                Bytes = Take((int)Math.Min(Variable(), int.MaxValue));
                return true;
            case 5:
                Number = BinaryPrimitives.ReadInt32LittleEndian(Take(4));
                return true;
            default:
                throw new InvalidDataException($"a field of wire type {tag & 7}");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length) throw new InvalidDataException("the message ends inside a field");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private ulong Variable()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number of more than ten bytes");
    }
}
