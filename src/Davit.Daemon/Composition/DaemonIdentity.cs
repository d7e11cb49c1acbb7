using Davit.Primitives;

namespace Davit.Daemon.Composition;

/// <summary>The identity that <c>info</c> shows, kept with the state.</summary>
internal static class DaemonIdentity
{
    /// <summary>Reads it, or makes it at the first start.</summary>
    public static string Read(Instance instance)
    {
        var path = Path.Combine(instance.DataRoot, "engine-id");
        if (File.Exists(path) && Guid.TryParse(File.ReadAllText(path).Trim(), out var known)) return known.ToString();
        var id = Guid.NewGuid().ToString();
        File.WriteAllText(path, id);
        return id;
    }
}
