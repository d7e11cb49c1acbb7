using System.Runtime.CompilerServices;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Engine.Logs;
using Davit.Engine.Logs.Drivers;
using Davit.Monitor.Logs;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Opens a container's log.</summary>
    /// <exception cref="DavitException">InvalidArgument: no stream chosen; NotImplemented: the driver keeps no log.</exception>
    public ContainerLogs Logs(string idOrName, LogsOptions options, CancellationToken cancellation)
    {
        if (!options.Stdout && !options.Stderr) throw new DavitException(ErrorKind.InvalidArgument, "Bad parameters: you must choose at least one stream");
        var container = _table.Get(idOrName);
        var log = LogOptions.Parse(container.Model.HostConfig.LogConfig);
        if (!log.Readable) throw new DavitException(ErrorKind.NotImplemented, "configured logging driver does not support reading");
        return new ContainerLogs(container.Model.HasTerminal, ReadLogAsync(container, log, options, cancellation));
    }

    private async IAsyncEnumerable<LogFrame> ReadLogAsync(Container container, LogOptions log, LogsOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var directory = _files.LogDirectory(container.Id);
        if (!Directory.Exists(directory) && !options.Follow) yield break; // never started
        Directory.CreateDirectory(directory);
        var prefix = new LinePrefix(options.Timestamps, options.Details ? Details(container.Model, log) : "");
        var query = new LogQuery
        {
            Stdout = options.Stdout,
            Stderr = options.Stderr,
            Tail = options.Tail,
            SinceNanoseconds = Nanoseconds(options.Since),
            UntilNanoseconds = Nanoseconds(options.Until),
            Follow = options.Follow && container.Model.State.Status is not ("exited" or "dead"),
            FollowUntil = FollowEndAsync(container, options.Until, cancellation),
        };
        // A follower gets line by line, as with Docker; a plain read goes out in pieces as large as they come.
        var records = options.Follow || prefix.IsNeeded ? _services.Logs.ReadAsync(directory, query, cancellation) : _services.Logs.ReadBlocksAsync(directory, query, cancellation);
        await foreach (var record in records.ConfigureAwait(false))
        {
            yield return new LogFrame(record.Stream, prefix.IsNeeded ? prefix.Apply(record.Stream, record.TimeNanoseconds, record.Partial, record.Bytes.Span) : record.Bytes);
        }
    }

    /// <summary>Following ends with a run that is not followed by another, with the removal, or at the time given.</summary>
    private async Task FollowEndAsync(Container container, DateTimeOffset? until, CancellationToken cancellation)
    {
        var ended = EndOfRunsAsync(container);
        if (until is not { } moment)
        {
            await ended.ConfigureAwait(false);
            return;
        }

        var left = moment - _services.Time.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.WhenAny(ended, Task.Delay(left, _services.Time, cancellation)).ConfigureAwait(false);
    }

    private static async Task EndOfRunsAsync(Container container)
    {
        while (true)
        {
            var next = container.NextExit;
            if (container.Model.State.Status is "exited" or "dead") return;
            if (await Task.WhenAny(next, container.Removed.Task).ConfigureAwait(false) == container.Removed.Task) return;
            if (!(await next.ConfigureAwait(false)).State.Restarting) return;
        }
    }

    /// <summary>What <c>--details</c> shows: the labels and variables that the log's options name, and the tag that they ask for.</summary>
    private static string Details(ContainerModel model, LogOptions log)
    {
        var source = new LogSource(model, log.Config);
        var details = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in source.Attributes()) details[name] = value;
        if (log.Config.GetValueOrDefault("tag", "").Length > 0) details["tag"] = source.Tag();
        return string.Join(',', details.Select(pair => Uri.EscapeDataString(pair.Key) + "=" + Uri.EscapeDataString(pair.Value)));
    }

    private static long Nanoseconds(DateTimeOffset? moment) => moment is { } time ? Math.Max(1, (time - DateTimeOffset.UnixEpoch).Ticks * 100) : 0;
}
