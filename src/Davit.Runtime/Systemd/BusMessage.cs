using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Davit.Runtime.Systemd;

/// <summary>Writes what D-Bus marshals (D-Bus specification, "Marshaling"): little-endian, each value at a multiple of its size.</summary>
internal sealed class BusMessage
{
    private readonly List<byte> _bytes = [];

    internal byte[] ToArray() => _bytes.ToArray();

    internal int Length => _bytes.Count;

    internal BusMessage Align(int size)
    {
        while (_bytes.Count % size != 0) _bytes.Add(0);
        return this;
    }

    internal BusMessage Byte(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    internal BusMessage Unsigned(uint value)
    {
        Align(4);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    internal BusMessage Long(ulong value)
    {
        Align(8);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    internal BusMessage Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Unsigned((uint)bytes.Length);
        _bytes.AddRange(bytes);
        return Byte(0);
    }

    internal BusMessage Signature(string value)
    {
        Byte((byte)value.Length);
        _bytes.AddRange(Encoding.ASCII.GetBytes(value));
        return Byte(0);
    }

    /// <summary>An array: its length in bytes, which does not count the padding before the first element.</summary>
    internal BusMessage Array(int alignment, Action write)
    {
        Unsigned(0);
        var at = _bytes.Count - 4;
        Align(alignment);
        var start = _bytes.Count;
        write();
        BinaryPrimitives.WriteUInt32LittleEndian(CollectionsMarshal.AsSpan(_bytes)[at..], (uint)(_bytes.Count - start));
        return this;
    }

    /// <summary><c>a(sv)</c>.</summary>
    internal BusMessage Properties(IReadOnlyList<UnitProperty> properties) => Array(8, () =>
    {
        foreach (var property in properties)
        {
            Align(8).Text(property.Name).Signature(property.Signature);
            Value(property);
        }
    });

    private void Value(UnitProperty property)
    {
        switch (property.Value)
        {
            case string text: Text(text); break;
            case bool flag: Unsigned(flag ? 1u : 0); break;
            case ulong number: Long(number); break;
            case long number: Long((ulong)number); break;
            case uint number: Unsigned(number); break;
            case int number: Unsigned((uint)number); break;
            case string[] texts: Array(4, () => { foreach (var text in texts) Text(text); }); break;
            case uint[] numbers: Array(4, () => { foreach (var number in numbers) Unsigned(number); }); break;
            case byte[] bytes: Array(1, () => _bytes.AddRange(bytes)); break;
            case (string, string)[] pairs: Array(8, () => { foreach (var (first, second) in pairs) Align(8).Text(first).Text(second); }); break;
            default: throw new InvalidOperationException($"{property.Name} has a value of another type");
        }
    }
}
