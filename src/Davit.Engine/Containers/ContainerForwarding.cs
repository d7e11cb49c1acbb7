using Davit.Engine.Containers.Create;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Forwarding;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>How long the removal of a container waits for the last lines on their way to a server that takes them.</summary>
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(10);

    /// <summary>Sends the log of a run to where its driver says; nothing for a log that stays here.</summary>
    /// <param name="container">The container.</param>
    /// <param name="until">End of the run.</param>
    private void ForwardLog(Container container, Task until)
    {
        var model = container.Model;
        if (LogOptions.Parse(model.HostConfig.LogConfig) is not { Driver: { } driver } log) return;
        container.Forwarder ??= new LogForwarder(_services.Logs, _files.LogDirectory(model.Id), _files.LogCursor(model.Id), _services.Options, _services.Report, _services.Time);
        container.Forwarder.Follow(driver, new LogSource(model, log.Config), until);
    }

    /// <summary>Goes on with what an earlier daemon had not delivered.</summary>
    private void ForwardLogs()
    {
        foreach (var container in _table.All)
        {
            try
            {
                if (Directory.Exists(_files.LogDirectory(container.Id))) ForwardLog(container, container.Running?.Exited ?? Task.CompletedTask);
            }
            catch (DavitException error)
            {
                // options of an older release: the container can still be removed
                _services.Report($"log of container {container.Id}: {error.Message}");
            }
        }
    }

    /// <summary>Refuses a start whose log has nowhere to go on this machine.</summary>
    private async Task RequireLogDriverAsync(LogOptions log, CancellationToken cancellation)
    {
        if (log.Driver is null) return;
        try
        {
            await log.Driver.RequireAsync(log.Config, _services.Options, cancellation).ConfigureAwait(false);
        }
        catch (DavitException error)
        {
            throw new DavitException(ErrorKind.Internal, $"failed to create task for container: failed to initialize logging driver: {error.Message}", error.Hint, error);
        }
    }
}
