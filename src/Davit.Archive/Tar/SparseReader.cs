using System.Text;

namespace Davit.Archive.Tar;

/// <summary>Maps of sparse files: old GNU headers, pax 0.0, 0.1 and 1.0.</summary>
internal static class SparseReader
{
    internal static void AddGnu(ReadOnlySpan<byte> map, List<TarSegment> segments, TarLimits limits)
    {
        for (; map.Length >= 24 && map[0] != 0; map = map[24..])
        {
            Add(segments, TarFormat.Number(map[..12], "sparse offset"), TarFormat.Number(map[12..24], "sparse length"), limits);
        }
    }

    internal static List<TarSegment> ParseMap(byte[] map, TarLimits limits)
    {
        var segments = new List<TarSegment>();
        var numbers = Encoding.Latin1.GetString(map).Split(',');
        if (numbers.Length % 2 != 0) throw TarFormat.Invalid("sparse map of odd length");
        for (var i = 0; i < numbers.Length; i += 2) Add(segments, Parse(numbers[i]), Parse(numbers[i + 1]), limits);
        return segments;
    }

    internal static List<TarSegment> ReadMap(Func<byte[]> nextBlock, TarLimits limits)
    {
        var segments = new List<TarSegment>();
        var block = nextBlock();
        var at = 0;
        var count = Line();
        if (count > limits.SparseSegments) throw TarFormat.Invalid($"sparse file of {count} segments, at most {limits.SparseSegments} are taken");
        for (long i = 0; i < count; i++)
        {
            var offset = Line();
            Add(segments, offset, Line(), limits);
        }

        return segments;

        long Line()
        {
            var text = new StringBuilder();
            while (true)
            {
                if (at == block.Length)
                {
                    block = nextBlock();
                    at = 0;
                }

                var octet = block[at++];
                if (octet == '\n') return Parse(text.ToString());
                if (text.Append((char)octet).Length > 20) throw TarFormat.Invalid($"sparse map number \"{text}\"");
            }
        }
    }

    /// <summary>The entry with its map, checked: in order, inside the file, and as long as what is stored.</summary>
    internal static TarEntry Checked(TarEntry entry, IReadOnlyList<TarSegment> segments, long stored)
    {
        long end = 0, sum = 0;
        foreach (var segment in segments)
        {
            if (segment.Offset < end || segment.Length > entry.Size - segment.Offset) throw TarFormat.Invalid($"sparse segment {segment.Offset}+{segment.Length} of \"{entry.Name}\"");
            end = segment.Offset + segment.Length;
            sum += segment.Length;
        }

        return sum == stored ? entry with { Sparse = segments } : throw TarFormat.Invalid($"sparse map of \"{entry.Name}\" covers {sum} of {stored} bytes");
    }

    private static void Add(List<TarSegment> segments, long offset, long length, TarLimits limits)
    {
        if (offset < 0 || length < 0) throw TarFormat.Invalid($"sparse segment {offset}+{length}");
        if (segments.Count >= limits.SparseSegments) throw TarFormat.Invalid($"more than {limits.SparseSegments} segments in a sparse file");
        segments.Add(new(offset, length));
    }

    private static long Parse(string text) => long.TryParse(text, System.Globalization.NumberStyles.None, null, out var value) ? value : throw TarFormat.Invalid($"sparse map number \"{text}\"");
}
