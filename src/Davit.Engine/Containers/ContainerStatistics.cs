using System.Runtime.CompilerServices;
using Davit.DockerApi.Containers;
using Davit.Engine.Stats;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Counters of a container.</summary>
    /// <param name="idOrName">Which.</param>
    /// <param name="stream">One a second for as long as it runs; else a single one.</param>
    /// <param name="oneShot">The single one at once, without the second sample that percentages need.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async IAsyncEnumerable<ContainerStats> StatsAsync(string idOrName, bool stream, bool oneShot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        ContainerStats? previous = null;
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), _services.Time);
        do
        {
            var current = Sample(container, previous);
            if (previous is null && !oneShot && current.Pid > 0)
            {
                // The first answer needs two samples; without a stream it waits for the second.
                previous = current.Stats;
                if (!stream) continue;
            }

            previous = current.Stats;
            yield return current.Stats;
            if (!stream || container.Removed.Task.IsCompleted) yield break;
        }
        while (await ticks.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
    }

    private (ContainerStats Stats, int Pid) Sample(Container container, ContainerStats? previous)
    {
        var model = container.Model;
        var empty = new ContainerStats { Id = model.Id, Name = model.SlashName };
        if (container.Running is null || model.State.Pid == 0) return (empty, 0);
        try
        {
            var usage = _services.Resources.Usage(CgroupOf(model));
            var stats = StatsView.Of(empty, usage, previous, _services.Time.GetUtcNow());
            return (model.HostConfig.NetworkMode == "host" ? stats : stats with { Networks = InterfaceCounters.Read(model.State.Pid) }, model.State.Pid);
        }
        catch (IOException)
        {
            return (empty, 0); // it ended while its counters were read
        }
    }
}
