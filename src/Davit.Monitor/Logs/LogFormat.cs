using System.Buffers.Binary;

namespace Davit.Monitor.Logs;

/// <summary>
/// The log on disk: capped segments <c>00000001.log</c>, each beside an index <c>00000001.idx</c>. A segment is a file header and records; a record is a
/// 16-byte header (marker, stream and flags, check, length, time) and the bytes of at most one line as they came, line feed included. An index entry
/// (time, offset, records before it) follows every 64 KiB, the first at the first record. Little-endian throughout.
/// </summary>
internal static class LogFormat
{
    internal const int FileHeaderSize = 16, RecordHeaderSize = 16, IndexEntrySize = 16;

    /// <summary>Bytes of one record at most: longer lines are split there, as Docker splits them.</summary>
    internal const int MaxPayload = 16 * 1024;

    /// <summary>Distance of index entries.</summary>
    internal const int IndexInterval = 64 * 1024;

    internal const byte Marker = 0xD7, StreamMask = 3, PartialFlag = 4;

    internal static ReadOnlySpan<byte> Magic => "DAVITLG1"u8;

    internal static string SegmentName(int number) => $"{number:D8}.log";

    internal static string IndexName(int number) => $"{number:D8}.idx";

    /// <summary>Numbers of the segments in a directory, ascending.</summary>
    internal static List<int> Segments(string directory)
    {
        var numbers = new List<int>();
        if (!Directory.Exists(directory))
        {
            return numbers;
        }

        foreach (var path in Directory.EnumerateFiles(directory, "*.log"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan()), out int number) && number > 0)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    internal static void WriteHeader(Span<byte> at, int stream, bool partial, int length, long time)
    {
        at[0] = Marker;
        at[1] = (byte)(stream | (partial ? PartialFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], Check(at[1], length, time));
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], length);
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], time);
    }

    /// <summary>Reads a record header; false when these bytes are none, which is how a torn end shows.</summary>
    internal static bool TryReadHeader(ReadOnlySpan<byte> at, out int stream, out bool partial, out int length, out long time)
    {
        stream = at[1] & StreamMask;
        partial = (at[1] & PartialFlag) != 0;
        length = BinaryPrimitives.ReadInt32LittleEndian(at[4..]);
        time = BinaryPrimitives.ReadInt64LittleEndian(at[8..]);
        return at[0] == Marker && (uint)length <= MaxPayload && BinaryPrimitives.ReadUInt16LittleEndian(at[2..]) == Check(at[1], length, time);
    }

    private static ushort Check(byte flags, int length, long time)
    {
        ulong mixed = ((ulong)time * 0x9E3779B97F4A7C15UL) ^ ((ulong)(uint)length * 0xC2B2AE3D27D4EB4FUL) ^ ((ulong)flags << 17);
        return (ushort)(mixed >> 48);
    }
}
