using System.Text;
using Davit.Build.Solving;
using Davit.Monitor.Runner;

namespace Davit.Build.Execute;

/// <summary>Hands a step's output on as text, as it comes; stderr in Docker's colour.</summary>
internal static class ProcessOutput
{
    private const int StandardError = 2;

    public static async Task PumpAsync(IAttachedStreams streams, IStepOutput output)
    {
        var buffer = new byte[32 << 10];
        var decoders = new[] { Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder() };
        var text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        while (true)
        {
            var piece = await streams.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false);
            if (piece.Count == 0) return;
            var count = decoders[piece.Stream is 1 or 2 ? piece.Stream : 0].GetChars(buffer, 0, piece.Count, text, 0);
            if (count == 0) continue;
            var part = new string(text, 0, count);
            output.Write(piece.Stream == StandardError ? $"\u001b[91m{part}\u001b[0m" : part);
        }
    }
}
