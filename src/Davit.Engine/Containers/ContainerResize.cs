using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Sets the size of a container's terminal.</summary>
    /// <exception cref="DavitException">Conflict: it does not run.</exception>
    public async Task ResizeAsync(string idOrName, int rows, int columns, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        if (container.Running is not { } running) throw NotRunning(container);
        await running.ResizeAsync(columns, rows, cancellation).ConfigureAwait(false);
        Publish(container, "resize", ("height", rows.ToString()), ("width", columns.ToString()));
    }
}
