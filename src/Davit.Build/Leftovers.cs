using Davit.Build.Context;
using Davit.Build.Solving;
using Davit.Primitives;

namespace Davit.Build;

/// <summary>Removes what builds of an earlier daemon left when it was killed.</summary>
internal static class Leftovers
{
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
                // a step that still runs under its monitor keeps it; the next start of the daemon finds it ended
            }
        }
    }
}
