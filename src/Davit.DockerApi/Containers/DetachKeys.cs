using Davit.Primitives;

namespace Davit.DockerApi.Containers;

/// <summary>Finds the keys that detach in what a user types: the daemon obeys them, the client learns that it was let go. Keys that may still become the sequence are held back.</summary>
public sealed class DetachKeys
{
    private readonly byte[] _sequence;
    private int _matched;

    private DetachKeys(byte[] sequence) => _sequence = sequence;

    /// <summary>Reads <c>ctrl-p,ctrl-q</c>, <c>ctrl-\</c>, <c>a,b</c>.</summary>
    /// <param name="text">As given; null or empty is Docker's default.</param>
    /// <param name="kind">What an error calls them.</param>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static DetachKeys Parse(string? text, string kind = "detach")
    {
        if (string.IsNullOrEmpty(text)) return new DetachKeys([16, 17]);
        List<byte> keys = [];
        foreach (var key in text.Split(','))
        {
            keys.Add(key switch
            {
                [var single] when single < 128 => (byte)single,
                "DEL" or "del" => 127,
                ['c' or 'C', 't' or 'T', 'r' or 'R', 'l' or 'L', '-', var letter] when Control(letter) is { } control => control,
                _ => throw new DavitException(ErrorKind.InvalidArgument, $"Invalid {kind} keys ({text}) provided"),
            });
        }

        return new DetachKeys([.. keys]);
    }

    /// <summary>Passes on what is not part of the sequence.</summary>
    /// <param name="input">What was typed.</param>
    /// <param name="output">Takes what the process shall get.</param>
    /// <returns>True when the sequence is complete; what came after it is lost.</returns>
    public bool Feed(ReadOnlySpan<byte> input, System.Buffers.IBufferWriter<byte> output)
    {
        foreach (var key in input)
        {
            if (key == _sequence[_matched])
            {
                if (++_matched < _sequence.Length) continue;
                _matched = 0;
                return true;
            }

            // Not the sequence after all: what was held back goes first.
            if (_matched > 0)
            {
                System.Buffers.BuffersExtensions.Write(output, _sequence.AsSpan(0, _matched));
                _matched = 0;
                if (key == _sequence[0])
                {
                    _matched = 1;
                    continue;
                }
            }

            output.GetSpan(1)[0] = key;
            output.Advance(1);
        }

        return false;
    }

    private static byte? Control(char letter) => char.ToLowerInvariant(letter) switch
    {
        >= 'a' and <= 'z' and var c => (byte)(c - 'a' + 1),
        '@' => 0,
        '[' => 27,
        '\\' => 28,
        ']' => 29,
        '^' => 30,
        '_' => 31,
        _ => null,
    };
}
