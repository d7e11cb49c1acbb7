using System.Text;
using Davit.Primitives;

namespace Davit.Monitor.Protocol;

/// <summary>Reads what <see cref="FieldWriter"/> wrote; a block that ends early or lies about a length is refused, never read past.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal long Number()
    {
        long number = BitConverter.ToInt64(Take(8));
        return number;
    }

    internal bool Flag() => Number() != 0;

    internal ReadOnlySpan<byte> Bytes() => Take(Number());

    internal string Text() => Encoding.UTF8.GetString(Bytes());

    internal string[] Texts()
    {
        long count = Number();
        if (count < 0 || count > _rest.Length / 8)
        {
            throw Broken();
        }

        var texts = new string[count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Text();
        }

        return texts;
    }

    private static DavitException Broken() => new(ErrorKind.InvalidArgument, "broken launch block");

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw Broken();
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
