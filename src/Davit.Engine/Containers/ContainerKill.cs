using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Sends a signal; waits for the end when it is SIGKILL.</summary>
    /// <param name="idOrName">Which.</param>
    /// <param name="signal">Name or number; null or empty is KILL.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="DavitException">Conflict: <c>container x is not running</c>.</exception>
    public async Task KillAsync(string idOrName, string? signal, CancellationToken cancellation)
    {
        var container = _table.Find(idOrName) ?? throw new DavitException(ErrorKind.NotFound, $"cannot kill container: {idOrName}: No such container: {idOrName}");
        var name = string.IsNullOrEmpty(signal) ? "KILL" : signal;
        var number = StopSignals.Number(name) ?? throw new DavitException(ErrorKind.InvalidArgument, int.TryParse(name, System.Globalization.NumberStyles.None, null, out var unknown) && unknown > 0
            ? $"cannot kill container: {idOrName}: the linux daemon does not support signal {name}"
            : $"cannot kill container: {idOrName}: invalid signal: {name}");
        Task ended;
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.Running is not { } running)
            {
                throw new DavitException(ErrorKind.Conflict, $"cannot kill container: {idOrName}: container {container.Id} is not running");
            }

            ended = container.NextExit;
            if (number is StopSignals.Kill or StopSignals.Term || number == SignalNumber(null, container.Model))
            {
                container.Model = container.Model with { State = container.Model.State with { StoppedByUser = true } };
                if (!container.Model.IsEphemeral) await _files.WriteAsync(container.Model, CancellationToken.None).ConfigureAwait(false);
            }

            await SignalAsync(container, running, number, cancellation).ConfigureAwait(false);
        }

        if (number == StopSignals.Kill) await ended.WaitAsync(TimeSpan.FromSeconds(10), _services.Time, cancellation).ConfigureAwait(false);
    }
}
