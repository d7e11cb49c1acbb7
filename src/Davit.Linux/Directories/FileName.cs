using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Davit.Linux.Directories;

/// <summary>
/// File names between the kernel's bytes and strings without loss: a byte that is no valid UTF-8 becomes the lone surrogate U+DC00 + byte,
/// so that names of any encoding survive a trip through a layer.
/// </summary>
public static class FileName
{
    /// <summary>Longest path that the kernel takes, with the final zero.</summary>
    public const int MaxPathBytes = 4096;

    private const char EscapeBase = '\uDC00';

    /// <summary>The string form of a name's bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name)) return Encoding.UTF8.GetString(name);
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var used) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                name = name[used..];
            }
            else
            {
                text.Append((char)(EscapeBase + name[0]));
                name = name[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>The bytes of a name, without a final zero.</summary>
    public static byte[] Encode(string name)
    {
        var buffer = new byte[(name.Length * 3) + 1];
        return buffer[..Encode(name, buffer)];
    }

    /// <summary>Writes the bytes of a name.</summary>
    /// <returns>Bytes written, or -1 when <paramref name="destination"/> is too small.</returns>
    public static int Encode(ReadOnlySpan<char> name, Span<byte> destination)
    {
        if (Utf8.FromUtf16(name, destination, out _, out var plain, replaceInvalidSequences: false) == OperationStatus.Done) return plain;
        var written = 0;
        while (!name.IsEmpty)
        {
            if (name[0] >= EscapeBase && name[0] <= EscapeBase + 0xFF)
            {
                if (written >= destination.Length) return -1;
                destination[written++] = (byte)(name[0] - EscapeBase);
                name = name[1..];
                continue;
            }

            // a surrogate that is neither a pair nor one of our escapes has no bytes; it becomes U+FFFD
            _ = Rune.DecodeFromUtf16(name, out var rune, out var used);
            if (!rune.TryEncodeToUtf8(destination[written..], out var bytes)) return -1;
            written += bytes;
            name = name[used..];
        }

        return written;
    }

    /// <summary>Order of the names' bytes: the order that does not depend on the encoding of strings.</summary>
    public static int Compare(string left, string right)
    {
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            if (left[i] == right[i]) continue;
            return char.IsAscii(left[i]) && char.IsAscii(right[i]) ? left[i] - right[i] : Encode(left).AsSpan().SequenceCompareTo(Encode(right));
        }

        return left.Length - right.Length;
    }

    /// <summary>Writes the bytes and the final zero that a system call wants.</summary>
    /// <returns>None, EINVAL for a name with a zero byte, ENAMETOOLONG.</returns>
    internal static Errno EncodeForKernel(ReadOnlySpan<char> name, Span<byte> destination)
    {
        var length = Encode(name, destination[..^1]);
        if (length < 0) return Errno.ENAMETOOLONG;
        if (destination[..length].Contains((byte)0)) return Errno.EINVAL;
        destination[length] = 0;
        return Errno.None;
    }
}
