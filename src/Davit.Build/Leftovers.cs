using Davit.Build.Context;
using Davit.Build.Execute;
using Davit.Build.Solving;
using Davit.Primitives;

namespace Davit.Build;

/// <summary>Removes what builds of an earlier daemon left when it was killed.</summary>
internal static class Leftovers
{
    /// <summary>Ends steps that still run under their monitors: whoever asked for them is gone.</summary>
    public static async Task EndStepsAsync(BuilderServices services, CancellationToken cancellation)
    {
        var steps = Path.Combine(services.Instance.RunRoot, "build");
        if (!Directory.Exists(steps)) return;
        foreach (var directory in Directory.GetDirectories(steps))
        {
            var id = Path.GetFileName(directory);
            if (await services.Runner.AdoptAsync(id, directory, cancellation).ConfigureAwait(false) is { } container)
            {
                await using (container.ConfigureAwait(false))
                {
                    await RunExecutor.KillAsync(container).ConfigureAwait(false);
                    await container.Exited.WaitAsync(cancellation).ConfigureAwait(false);
                }
            }

            if (services.Network is { } network) await network.ReleaseAsync(id, cancellation).ConfigureAwait(false);
            BuildContext.Remove(directory);
        }
    }

    /// <summary>Removes contexts and unfinished layers.</summary>
    public static void Remove(BuilderServices services)
    {
        BuildContext.Remove(services.TemporaryDirectory);
        foreach (var id in services.Layers.ListRootFs().Where(id => id.StartsWith("build-", StringComparison.Ordinal)))
        {
            try
            {
                services.Layers.RemoveRootFs(id);
            }
            catch (DavitException)
            {
                // a step that still runs keeps it, until OpenAsync has ended it
            }
        }
    }
}
