using Davit.Build.Trees;
using Davit.Dockerfile.Ignore;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>Copies selections into a target tree, by COPY's rules for names, owners, modes and times.</summary>
internal sealed class TreeCopier(TargetTree target, (uint Uid, uint Gid)? owner, FileModeChange? mode, IgnoreFile? exclude, CancellationToken cancellation)
{
    private readonly Dictionary<(uint, uint, ulong), string> _linked = [];

    /// <summary>Copies a directory's contents into a directory. A new one belongs to root, or to the chosen owner, whatever its source is like: what is copied are its contents.</summary>
    public void CopyDirectory(Selection selection, string destination)
    {
        var source = selection.Tree;
        var top = source.Stat(selection.Path) ?? throw new DavitException(ErrorKind.NotFound, $"/{selection.Path} is gone");
        if (target.Stat(destination) is not { } existing)
        {
            target.MakeDirectories(destination);
            if (mode is not null) target.ChangeMode(destination, mode.Apply(top.Mode, isDirectory: true));
        }
        else if (!existing.IsDirectory)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"cannot copy directory over non-directory: /{destination}");
        }

        foreach (var entry in source.Walk(selection.Path, exclude, selection.Path))
        {
            cancellation.ThrowIfCancellationRequested();
            var relative = entry.Path[(selection.Path.Length == 0 ? 0 : selection.Path.Length + 1)..];
            var path = destination.Length == 0 ? relative : destination + "/" + relative;
            if (exclude is { HasExceptions: true } && SourceTree.Split(relative).Parent is { Length: > 0 } parent)
            {
                // an exception below an excluded directory: the directory comes with it
                target.MakeDirectories(destination.Length == 0 ? parent : destination + "/" + parent);
            }

            if (entry.Stat.IsDirectory)
            {
                target.MakeDirectory(path);
                Finish(source, entry.Path, entry.Stat, path);
            }
            else
            {
                CopyFile(source, entry.Path, entry.Stat, path);
            }
        }
    }

    /// <summary>Copies anything but a directory to a path whose parent is there.</summary>
    public void CopyFile(SourceTree source, string path, FileStat stat, string destination)
    {
        target.Clear(destination);
        switch (stat.Type)
        {
            case FileTypes.Regular:
                if (!TryLink(stat, destination)) CopyContent(source, path, stat, destination);
                return;
            case FileTypes.SymbolicLink:
                var link = source.ReadLink(path);
                target.InParent(SourceTree.Split(destination).Parent, destination, (directory, name) =>
                    TargetTree.Check(DirectoryCalls.MakeSymbolicLink(link, directory, name), "symlink", destination));
                break;
            case FileTypes.Socket:
                return; // a socket without its process is nothing
            default:
                target.InParent(SourceTree.Split(destination).Parent, destination, (directory, name) =>
                    TargetTree.Check(DirectoryCalls.MakeNode(directory, name, stat.Mode, stat.DeviceMajor, stat.DeviceMinor), "mknod", destination));
                break;
        }

        Finish(source, path, stat, destination);
    }

    /// <summary>Names of one file stay names of one file.</summary>
    private bool TryLink(FileStat stat, string destination)
    {
        if (stat.Links < 2) return false;
        if (_linked.TryAdd((stat.FileSystemMajor, stat.FileSystemMinor, stat.Inode), destination)) return false;
        return target.TryLink(_linked[(stat.FileSystemMajor, stat.FileSystemMinor, stat.Inode)], destination);
    }

    private void CopyContent(SourceTree source, string path, FileStat stat, string destination)
    {
        var from = source.Open(path, OpenHow.Read, out var errno);
        TargetTree.Check(from < 0 ? errno : Errno.None, "open", path);
        try
        {
            target.CreateFile(destination, fd =>
            {
                TargetTree.CopyBytes(from, fd, cancellation);
                var (uid, gid) = OwnerOf(source, stat);
                TargetTree.Check(DirectoryCalls.ChangeOwner(fd, "", uid, gid), "chown", destination);
                TargetTree.Check(DirectoryCalls.ChangeMode(fd, mode?.Apply(stat.Mode, isDirectory: false) ?? stat.Mode & 0xFFF), "chmod", destination);
                foreach (var (name, value) in source.Attributes(path)) TargetTree.Check(ExtendedAttributes.Set(fd, name, value), "setxattr", destination);
                TargetTree.Check(DirectoryCalls.SetTimes(fd, "", stat.ModifiedSeconds, stat.ModifiedNanoseconds), "utimens", destination);
            });
        }
        finally
        {
            FileIo.Close(from);
        }
    }

    /// <summary>Owner, mode, attributes and time of what is no regular file.</summary>
    private void Finish(SourceTree source, string path, FileStat stat, string destination)
    {
        target.InParent(SourceTree.Split(destination).Parent, destination, (directory, name) =>
        {
            if (name.Length == 0) name = ".";
            var (uid, gid) = OwnerOf(source, stat);
            TargetTree.Check(DirectoryCalls.ChangeOwner(directory, name, uid, gid), "chown", destination);
            if (!stat.IsSymbolicLink)
            {
                TargetTree.Check(DirectoryCalls.ChangeMode(directory, name, mode?.Apply(stat.Mode, stat.IsDirectory) ?? stat.Mode & 0xFFF), "chmod", destination);
            }

            foreach (var (attribute, value) in source.Attributes(path)) TargetTree.Check(ExtendedAttributes.Set(directory, name, attribute, value), "setxattr", destination);
            if (!stat.IsDirectory) TargetTree.Check(DirectoryCalls.SetTimes(directory, name, stat.ModifiedSeconds, stat.ModifiedNanoseconds), "utimens", destination);
        });
        if (stat.IsDirectory) target.SetTime(destination, stat.ModifiedSeconds, stat.ModifiedNanoseconds);
    }

    private (uint Uid, uint Gid) OwnerOf(SourceTree source, FileStat stat) => owner ?? (source.KeepOwner ? (stat.Uid, stat.Gid) : (0u, 0u));
}
