using System.Text;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive.Tar;

/// <summary>Fields of the 512-byte header (POSIX pax, ustar, GNU and star variants).</summary>
internal static class TarFormat
{
    internal const int BlockSize = 512;

    internal static long Padded(long size) => (size + BlockSize - 1) & ~(long)(BlockSize - 1);

    internal static DavitException Invalid(string detail) => new(ErrorKind.InvalidArgument, $"archive/tar: invalid tar header: {detail}");

    internal static ReadOnlySpan<byte> CString(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Octal with spaces and zeros around it, or base-256 when the top bit is set (GNU).</summary>
    internal static long Number(ReadOnlySpan<byte> field, string what)
    {
        if ((field[0] & 0x80) != 0)
        {
            var negative = (field[0] & 0x40) != 0;
            long value = negative ? -1 : 0;
            for (var i = 0; i < field.Length; i++)
            {
                var octet = i == 0 ? (byte)(negative ? field[0] | 0x80 : field[0] & 0x7f) : field[i];
                if (value >> 55 != (negative ? -1 : 0)) throw Invalid($"{what} out of range");
                value = (value << 8) | octet;
            }

            return value;
        }

        var text = field.Trim(" \0"u8);
        long number = 0;
        foreach (var digit in text)
        {
            // some writers end the field early and leave rubbish after the terminator
            if (digit is 0 or (byte)' ') break;
            if (digit is < (byte)'0' or > (byte)'7' || number >> 59 != 0) throw Invalid($"{what} \"{Encoding.Latin1.GetString(text)}\"");
            number = (number << 3) | (uint)(digit - '0');
        }

        return number;
    }

    /// <summary>True when the header's checksum fits, counted unsigned or, as some old writers did, signed.</summary>
    internal static bool ChecksumFits(ReadOnlySpan<byte> header)
    {
        long unsigned = 8 * ' ', signed = 8 * ' ';
        for (var i = 0; i < BlockSize; i++)
        {
            if (i is >= 148 and < 156) continue;
            unsigned += header[i];
            signed += (sbyte)header[i];
        }

        var stored = Number(header[148..156], "checksum");
        return stored == unsigned || stored == signed;
    }

    /// <summary>Decimal seconds with a fraction, as in pax records.</summary>
    internal static (long Seconds, uint Nanoseconds) Time(ReadOnlySpan<byte> text, string key)
    {
        var dot = text.IndexOf((byte)'.');
        var whole = dot < 0 ? text : text[..dot];
        if (!System.Buffers.Text.Utf8Parser.TryParse(whole, out long seconds, out var used) || used != whole.Length) throw Invalid($"{key} \"{Encoding.Latin1.GetString(text)}\"");
        uint nanoseconds = 0;
        if (dot >= 0)
        {
            uint unit = 100_000_000;
            foreach (var digit in text[(dot + 1)..])
            {
                if (!char.IsAsciiDigit((char)digit)) throw Invalid($"{key} \"{Encoding.Latin1.GetString(text)}\"");
                nanoseconds += (uint)(digit - '0') * unit;
                unit /= 10;
            }
        }

        // -1.25 is 1.25 s before the epoch: -2 s and 0.75 s after it
        return nanoseconds != 0 && text[0] == '-' ? (seconds - 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds);
    }

    internal static long Decimal(ReadOnlySpan<byte> text, string key) =>
        System.Buffers.Text.Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && value >= 0
            ? value : throw Invalid($"{key} \"{Encoding.Latin1.GetString(text)}\"");

    /// <summary>Writes a number as octal with a final zero; false when it does not fit.</summary>
    internal static bool TryWriteOctal(Span<byte> field, long value)
    {
        if (value < 0 || value >> (3 * (field.Length - 1)) != 0) return false;
        for (var i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
        return true;
    }

    internal static void WriteChecksum(Span<byte> header)
    {
        header[148..156].Fill((byte)' ');
        long sum = 0;
        foreach (var octet in header) sum += octet;
        TryWriteOctal(header[148..155], sum);
        header[155] = (byte)' ';
    }

    internal static string Text(ReadOnlySpan<byte> bytes) => FileName.Decode(bytes);
}
