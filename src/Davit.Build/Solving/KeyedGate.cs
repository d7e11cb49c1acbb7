using Davit.Oci;

namespace Davit.Build.Solving;

/// <summary>One at a time for each key: equal steps of builds side by side are carried out once.</summary>
internal sealed class KeyedGate
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, (SemaphoreSlim Turn, int Users)> _turns = [];

    public async Task<IDisposable> EnterAsync(Digest key, CancellationToken cancellation)
    {
        SemaphoreSlim turn;
        lock (_gate)
        {
            var (existing, users) = _turns.TryGetValue(key, out var entry) ? entry : (new SemaphoreSlim(1), 0);
            _turns[key] = (turn = existing, users + 1);
        }

        try
        {
            await turn.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, entered: false);
            throw;
        }

        return new Turn(this, key);
    }

    private void Leave(Digest key, bool entered)
    {
        lock (_gate)
        {
            var (turn, users) = _turns[key];
            if (entered) turn.Release();
            if (users == 1)
            {
                _turns.Remove(key);
                turn.Dispose();
            }
            else
            {
                _turns[key] = (turn, users - 1);
            }
        }
    }

    private sealed class Turn(KeyedGate gate, Digest key) : IDisposable
    {
        private KeyedGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave(key, entered: true);
    }
}
