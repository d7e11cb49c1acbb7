using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Davit.DockerApi.Events;

namespace Davit.Engine.Events;

/// <summary>Delivers events to whoever listens and remembers the last 256. A listener that does not keep up loses its oldest undelivered ones, never the engine's time.</summary>
/// <param name="time">Stamps the events.</param>
public sealed class EventHub(TimeProvider time)
{
    private const int Remembered = 256;
    private const int Undelivered = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<EventMessage> _past = new(Remembered);
    private readonly List<ChannelWriter<EventMessage>> _listeners = [];

    /// <summary>Publishes an event.</summary>
    /// <param name="type">Kind of thing: <c>container</c>, <c>image</c>, <c>volume</c>, <c>network</c>.</param>
    /// <param name="action">What happened: <c>start</c>, <c>exec_create: true</c> …</param>
    /// <param name="id">Id or name of the thing.</param>
    /// <param name="attributes">Docker's attributes of such an event.</param>
    public void Publish(string type, string action, string id, IReadOnlyDictionary<string, string> attributes)
    {
        lock (_gate)
        {
            // Stamped under the lock: listeners see times that never go back.
            var now = time.GetUtcNow();
            var nanoseconds = (now - DateTimeOffset.UnixEpoch).Ticks * 100;
            var legacy = type is "container" or "image";
            var message = new EventMessage
            {
                Type = type,
                Action = action,
                Actor = new() { ID = id, Attributes = attributes },
                Scope = "local",
                Time = now.ToUnixTimeSeconds(),
                TimeNano = nanoseconds,
                Status = legacy ? action : null,
                Id = legacy ? id : null,
                From = type == "container" ? attributes.GetValueOrDefault("image") : null,
            };
            if (_past.Count == Remembered) _past.Dequeue();
            _past.Enqueue(message);
            foreach (var listener in _listeners) listener.TryWrite(message);
        }
    }

    /// <summary>Delivers the past that is asked for, then what happens, until the query's end or the caller's.</summary>
    public async IAsyncEnumerable<EventMessage> ReadAsync(EventQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        EventFilter.Validate(query.Filters);
        var channel = Channel.CreateBounded<EventMessage>(new BoundedChannelOptions(Undelivered) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        List<EventMessage> past;
        lock (_gate)
        {
            past = query.Since is null && query.Until is null ? [] : [.. _past];
            _listeners.Add(channel.Writer);
        }

        try
        {
            var since = query.Since is { } s ? (s - DateTimeOffset.UnixEpoch).Ticks * 100 : long.MinValue;
            var until = query.Until is { } u ? (u - DateTimeOffset.UnixEpoch).Ticks * 100 : long.MaxValue;
            foreach (var message in past)
            {
                if (message.TimeNano >= since && message.TimeNano <= until && EventFilter.Accepts(query.Filters, message)) yield return message;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var timer = query.Until is { } moment ? EndAt(moment, end) : null;
            if (end.IsCancellationRequested) yield break;
            while (await NextAsync(channel.Reader, end.Token).ConfigureAwait(false) is { } message)
            {
                if (EventFilter.Accepts(query.Filters, message)) yield return message;
            }

            cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            lock (_gate) _listeners.Remove(channel.Writer);
        }
    }

    private ITimer? EndAt(DateTimeOffset moment, CancellationTokenSource end)
    {
        var left = moment - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            end.Cancel();
            return null;
        }

        // Timers carry at most 49 days; nobody listens that long without a break.
        return time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), end, left < TimeSpan.FromDays(49) ? left : TimeSpan.FromDays(49), Timeout.InfiniteTimeSpan);
    }

    private static async ValueTask<EventMessage?> NextAsync(ChannelReader<EventMessage> reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
