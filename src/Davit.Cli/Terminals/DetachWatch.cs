using System.Buffers;
using Davit.DockerApi.Containers;

namespace Davit.Cli.Terminals;

/// <summary>Notes whether the user typed the keys that detach. The engine obeys them; only who typed them knows whether a stream ended for them or with its process.</summary>
/// <param name="keys">The sequence, or null when nothing detaches.</param>
internal sealed class DetachWatch(DetachKeys? keys)
{
    private readonly ArrayBufferWriter<byte> _passed = new();
    private volatile bool _seen;

    /// <summary>Whether they were typed.</summary>
    internal bool Seen => _seen;

    /// <summary>Looks at what is about to be sent.</summary>
    internal void See(ReadOnlySpan<byte> typed)
    {
        if (keys is null || _seen) return;
        _passed.ResetWrittenCount();
        _seen = keys.Feed(typed, _passed);
    }
}
