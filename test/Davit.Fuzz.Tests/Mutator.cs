namespace Davit.Fuzz.Tests;

/// <summary>Makes new input from a corpus: bits turned, pieces cut, doubled, moved and spliced, words of the language put in, nesting without end.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> words)
{
    private const int MostBytes = 1 << 16;
    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFF, (byte)'\n', (byte)'\\', (byte)'"', (byte)'/', (byte)'.', (byte)' '];

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var bytes = new List<byte>(corpus[random.Next(corpus.Count)]);
        for (var changes = 1 + random.Next(6); changes > 0; changes--) Change(bytes);
        if (bytes.Count > MostBytes) bytes.RemoveRange(MostBytes, bytes.Count - MostBytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(bytes.Count - at, 1 + random.Next(1 << random.Next(8)));
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = Edges[random.Next(Edges.Length)];
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 5:
                var other = corpus[random.Next(corpus.Count)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..(from + random.Next(other.Length - from + 1))]);
                break;
            case 6:
                var word = words[random.Next(words.Count)];
                for (var times = 1 << random.Next(12); times > 0 && bytes.Count < MostBytes; times--) bytes.InsertRange(at, word);
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }
}
