using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Model;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Registers for the end of a container at once; the result completes with it.</summary>
    /// <param name="idOrName">Which.</param>
    /// <param name="condition">What to wait for.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<ContainerWait> Wait(string idOrName, WaitCondition condition, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        if (condition == WaitCondition.Removed) return RemovalAsync(container.Removed.Task, cancellation);

        // Taken first: an end between the two looks is not missed.
        var next = container.NextExit;
        if (condition == WaitCondition.NextExit) return ResultAsync(next, cancellation);
        return container.Model.State.IsActive ? ResultAsync(next, cancellation) : Task.FromResult(Result(container.Model));
    }

    /// <summary>A removal that came about is no error, whatever the container's end was.</summary>
    private static async Task<ContainerWait> RemovalAsync(Task<ContainerModel> removal, CancellationToken cancellation) =>
        new() { StatusCode = (await removal.WaitAsync(cancellation).ConfigureAwait(false)).State.ExitCode };

    private static async Task<ContainerWait> ResultAsync(Task<ContainerModel> end, CancellationToken cancellation) => Result(await end.WaitAsync(cancellation).ConfigureAwait(false));

    // A start that failed was told to whoever started it: the client would only print it twice.
    private static ContainerWait Result(ContainerModel model) => new() { StatusCode = model.State.ExitCode };
}
