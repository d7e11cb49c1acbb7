using Davit.DockerApi.Containers;
using Davit.Engine.Top;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>The processes of a container.</summary>
    /// <param name="idOrName">Which.</param>
    /// <param name="arguments">As for ps(1): <c>-ef</c>, <c>aux</c>, <c>-o pid,comm</c>; empty is <c>-ef</c>.</param>
    /// <exception cref="Davit.Primitives.DavitException">Conflict: it does not run; InvalidArgument: arguments that are not known.</exception>
    public ContainerTop Top(string idOrName, string? arguments)
    {
        var container = _table.Get(idOrName);
        if (container.Running is null) throw NotRunning(container);
        var columns = ProcessColumns.Parse(arguments);
        var processes = _services.Resources.Processes(CgroupOf(container.Model)).Order().Select(pid => ProcessRecord.TryRead(pid)).OfType<ProcessRecord>().ToList();
        Publish(container, "top");
        return new ContainerTop { Titles = [.. columns.Select(column => column.Title)], Processes = [.. processes.Select(process => (IReadOnlyList<string>)[.. columns.Select(column => column.Value(process))])] };
    }
}
