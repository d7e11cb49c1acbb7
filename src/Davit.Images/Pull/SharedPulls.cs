using Davit.Primitives;

namespace Davit.Images.Pull;

/// <summary>One pull per image at a time: who asks for the same sees the progress from its start and shares the outcome. It is cancelled when nobody waits any more.</summary>
internal sealed class SharedPulls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Running> _running = [];

    internal async Task<Image> RunAsync(string key, Func<IProgress<ProgressEvent>, CancellationToken, Task<Image>> pull, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        Running? running;
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out running) || running.Given.IsCancellationRequested)
            {
                var fresh = running = new();
                _running[key] = fresh;
                fresh.Outcome = Task.Run(() => EndAsync(key, fresh, pull), CancellationToken.None);
            }

            running.Waiting++;
        }

        running.Join(progress);
        try
        {
            return await running.Outcome.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            running.Leave(progress);
            lock (_gate)
            {
                if (--running.Waiting == 0 && !running.Outcome.IsCompleted) running.Given.Cancel();
            }
        }
    }

    private async Task<Image> EndAsync(string key, Running running, Func<IProgress<ProgressEvent>, CancellationToken, Task<Image>> pull)
    {
        try
        {
            return await pull(running, running.Given.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (_running.TryGetValue(key, out var current) && ReferenceEquals(current, running)) _running.Remove(key);
            }
        }
    }

    private sealed class Running : IProgress<ProgressEvent>
    {
        private readonly Lock _events = new();
        private readonly List<IProgress<ProgressEvent>> _listeners = [];
        private readonly List<ProgressEvent> _lines = [];
        private readonly Dictionary<string, int> _steps = [];

        internal Task<Image> Outcome { get; set; } = null!;

        internal CancellationTokenSource Given { get; } = new();

        internal int Waiting { get; set; }

        public void Report(ProgressEvent value)
        {
            lock (_events)
            {
                // a newcomer is shown the last word about each layer
                if (value.Id is { } id && _steps.TryGetValue(id, out var at)) _lines[at] = value;
                else
                {
                    if (value.Id is not null) _steps[value.Id] = _lines.Count;
                    _lines.Add(value);
                }

                foreach (var listener in _listeners) listener.Report(value);
            }
        }

        internal void Join(IProgress<ProgressEvent> listener)
        {
            lock (_events)
            {
                foreach (var line in _lines) listener.Report(line);
                _listeners.Add(listener);
            }
        }

        internal void Leave(IProgress<ProgressEvent> listener)
        {
            lock (_events) _listeners.Remove(listener);
        }
    }
}
