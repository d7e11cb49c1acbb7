using Davit.Build.Graph;
using Davit.Dockerfile.Instructions;
using Davit.Linux.Directories;

namespace Davit.Build.Execute;

/// <summary>Directories of <c>RUN --mount=type=cache</c>: they stay from build to build, one for each name.</summary>
internal static class CacheMounts
{
    /// <summary>The directory of a mount, made with the mount's owner and mode when it is not there.</summary>
    public static string Open(string root, RunMount mount)
    {
        var name = NameOf(mount);
        var path = Path.Combine(root, name);
        if (Directory.Exists(path)) return path;
        Directory.CreateDirectory(path);
        TargetTree.Check(DirectoryCalls.ChangeOwner(DirectoryCalls.WorkingDirectory, path, mount.Uid, mount.Gid), "chown", path);
        TargetTree.Check(DirectoryCalls.ChangeMode(DirectoryCalls.WorkingDirectory, path, mount.Mode), "chmod", path);
        return path;
    }

    /// <summary>Name of the directory: it does not show in any path what the Dockerfile says.</summary>
    public static string NameOf(RunMount mount)
    {
        using var hasher = new OpHasher("cache-mount").Add("id", mount.CacheId ?? mount.Target);
        return hasher.Finish().Hex[..32];
    }

    /// <summary>Removes all of them.</summary>
    /// <returns>Bytes freed.</returns>
    public static long Prune(string root, bool all)
    {
        if (!all || !Directory.Exists(root)) return 0;
        var freed = new DirectoryInfo(root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(f => f.Length);
        Context.BuildContext.Remove(root);
        return freed;
    }
}
