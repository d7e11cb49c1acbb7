using System.Buffers;
using System.Text;

namespace Davit.Monitor.Protocol;

/// <summary>Writes a flat block of fields: numbers of 8 bytes, texts and lists with their length before them.</summary>
internal sealed class FieldWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal void Add(long number) => _bytes.Write(BitConverter.GetBytes(number));

    internal void Add(bool value) => Add(value ? 1 : 0);

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        _bytes.Write(bytes);
    }

    internal void Add(string? text) => Add(Encoding.UTF8.GetBytes(text ?? ""));

    internal void Add(IReadOnlyCollection<string> texts)
    {
        Add(texts.Count);
        foreach (var text in texts)
        {
            Add(text);
        }
    }

    internal byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
