using Davit.Build.Trees;
using Davit.Linux.Directories;
using Davit.Oci.Runtime;

namespace Davit.Build.Execute;

/// <summary>
/// Mount points that the root file system lacks, in a directory that lies between it and the writable one: the runtime finds them there, and no trace of
/// them gets into the layer.
/// </summary>
internal static class MountPointSkeleton
{
    private static readonly string[] OwnMounts = ["dev", "proc", "sys"];

    public static void Make(string rootPath, string skeletonPath, IReadOnlyList<MountSpec> mounts)
    {
        Directory.CreateDirectory(skeletonPath);
        using var root = new SourceTree(rootPath, keepOwner: true);
        Like(root, "", skeletonPath, "");
        using var skeleton = new TargetTree(skeletonPath);
        foreach (var mount in mounts)
        {
            var path = Selector.Clean(mount.Destination);

            // below these the mount points are made in a file system of the container's own
            if (path.Length == 0 || (path.Contains('/', StringComparison.Ordinal) && OwnMounts.Contains(path[..path.IndexOf('/', StringComparison.Ordinal)]))) continue;
            if (root.Stat(path) is null) Add(root, skeleton, skeletonPath, path, mount.Type == "bind" && !Directory.Exists(mount.Source));
        }

        if (root.Stat(".dockerenv") is null) Add(root, skeleton, skeletonPath, ".dockerenv", isFile: true);
        skeleton.Finish();
    }

    private static void Add(SourceTree root, TargetTree skeleton, string skeletonPath, string path, bool isFile)
    {
        var made = "";
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            made = i == 0 ? parts[0] : made + "/" + parts[i];
            var (parent, name) = SourceTree.Split(made);

            // a link on the way leads elsewhere: the runtime follows it and makes what is missing
            if (IsLink(root, parent, name)) return;
            if (skeleton.Stat(made) is not null) continue;
            if (isFile && i == parts.Length - 1)
            {
                skeleton.CreateFile(made, fd => TargetTree.Check(DirectoryCalls.ChangeMode(fd, 0x1ED), "chmod", made));
                continue;
            }

            skeleton.MakeDirectories(made);
            if (root.Stat(made) is not null) Like(root, made, skeletonPath, made, skeleton);
        }
    }

    private static bool IsLink(SourceTree root, string parent, string name)
    {
        var fd = root.Open(parent, OpenHow.Path | OpenHow.Directory, out _);
        if (fd < 0) return false;
        var errno = DirectoryCalls.Stat(fd, name, out var stat);
        FileIo.Close(fd);
        return errno == Davit.Linux.Errno.None && stat.IsSymbolicLink;
    }

    /// <summary>Gives a directory of the skeleton owner, mode and time of the one that it lies over.</summary>
    private static void Like(SourceTree root, string path, string skeletonPath, string made, TargetTree? skeleton = null)
    {
        if (root.Stat(path) is not { } stat) return;
        var full = made.Length == 0 ? skeletonPath : skeletonPath + "/" + made;
        TargetTree.Check(DirectoryCalls.ChangeOwner(DirectoryCalls.WorkingDirectory, full, stat.Uid, stat.Gid), "chown", full);
        TargetTree.Check(DirectoryCalls.ChangeMode(DirectoryCalls.WorkingDirectory, full, stat.Mode & 0xFFF), "chmod", full);
        skeleton?.SetTime(made, stat.ModifiedSeconds, stat.ModifiedNanoseconds);
    }
}
