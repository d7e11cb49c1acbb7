using System.Net.Sockets;
using Davit.Linux.Sockets;

namespace Davit.Daemon.Front;

/// <summary>Tells when clients of taken-over connections have gone. One thread sleeps in the kernel for all of them; it exists from the first one on.</summary>
internal sealed class HangUpWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource> _waiting = [];
    private HangUpSet? _set;
    private long _next;
    private bool _ended;

    /// <summary>Completes when the other side of a socket has closed both directions, or, without an exception, when canceled.</summary>
    public async Task WaitAsync(Socket socket, CancellationToken cancellation)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long token;
        HangUpSet set;
        lock (_gate)
        {
            if (_ended) return;
            set = _set ??= Begin();
            token = ++_next;
            _waiting[token] = gone;
        }

        await using var canceled = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), gone).ConfigureAwait(false);
        var handle = socket.SafeHandle;
        try
        {
            set.Add(handle, token);
            await gone.Task.ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            return; // our side is closed already
        }
        finally
        {
            lock (_gate) _waiting.Remove(token);
        }

        set.Remove(handle);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var gone in _waiting.Values) gone.TrySetResult();
            _set?.Interrupt();
        }
    }

    private HangUpSet Begin()
    {
        var set = new HangUpSet();
        new Thread(() => Run(set), 64 << 10) { IsBackground = true, Name = "hang-ups" }.Start();
        return set;
    }

    private void Run(HangUpSet set)
    {
        Span<long> tokens = stackalloc long[32];
        while (true)
        {
            foreach (var token in tokens[..set.Wait(tokens)])
            {
                // the set itself is left to the process's end: a connection that is closing may still name it
                if (token == HangUpSet.Interrupted) return;
                lock (_gate)
                {
                    if (_waiting.TryGetValue(token, out var gone)) gone.TrySetResult();
                }
            }
        }
    }
}
