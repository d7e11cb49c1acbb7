using System.Text;
using Davit.Archive;
using Davit.Archive.Tar;
using Davit.Build.Graph;
using Davit.Build.Trees;
using Davit.Dockerfile.Ignore;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>Carries out COPY and ADD in a mounted root file system.</summary>
internal static class CopyExecutor
{
    public static async Task RunAsync(CopyOp op, IReadOnlyList<Selection> selections, string mountPath, CancellationToken cancellation)
    {
        var count = selections.Count + op.Files.Count;

        // only wildcards, and nothing that they match
        if (count == 0) return;
        if (count > 1 && !op.Parents && !op.Destination.EndsWith('/'))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"When using {op.Instruction} with more than one source file, the destination must be a directory and end with a /", $"write {op.Destination}/");
        }

        var owner = op.Chown is null ? default((uint Uid, uint Gid)?) : OwnerOf(op.Chown, mountPath);
        var mode = op.Chmod is null ? null : new FileModeChange(op.Chmod);
        var exclude = op.Exclude.Count > 0 ? IgnoreFile.FromPatterns(op.Exclude) : null;
        using var target = new TargetTree(mountPath, owner);
        var copier = new TreeCopier(target, owner, mode, exclude, cancellation);
        var destination = Selector.Clean(op.Destination);
        var intoDirectory = op.Destination.EndsWith('/') || op.Parents || target.Stat(destination) is { IsDirectory: true };
        foreach (var selection in selections)
        {
            cancellation.ThrowIfCancellationRequested();
            if (selection.IsDirectory)
            {
                copier.CopyDirectory(selection, op.Parents ? Join(destination, selection.Name) : destination);
            }
            else if (op.Unpack && await ArchiveAsync(selection, cancellation).ConfigureAwait(false))
            {
                target.MakeDirectories(destination);
                target.KeepTime(destination);
                await UnpackAsync(selection, mountPath, destination, owner, cancellation).ConfigureAwait(false);
            }
            else
            {
                var path = target.Follow(intoDirectory ? Join(destination, selection.Name) : destination);
                target.MakeDirectories(SourceTree.Split(path).Parent);
                copier.CopyFile(selection.Tree, selection.Path, selection.Tree.Stat(selection.Path) ?? throw new DavitException(ErrorKind.NotFound, $"/{selection.Path} is gone"), path);
            }
        }

        foreach (var file in op.Files) Write(target, file, target.Follow(intoDirectory ? Join(destination, file.Name) : destination), owner, mode);
        target.Finish();
    }

    /// <summary>Makes the directory of WORKDIR.</summary>
    public static void MakeDirectory(string path, string mountPath)
    {
        using var target = new TargetTree(mountPath);
        target.MakeDirectories(Selector.Clean(path));
        target.Finish();
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : name.Length == 0 ? directory : directory + "/" + name;

    private static (uint Uid, uint Gid) OwnerOf(string chown, string mountPath)
    {
        using var tree = new SourceTree(mountPath, keepOwner: true);
        return new UserTable(tree.ReadFile("etc/passwd", 1 << 20), tree.ReadFile("etc/group", 1 << 20)).Owner(chown);
    }

    private static void Write(TargetTree target, InlineFile file, string path, (uint Uid, uint Gid)? owner, FileModeChange? mode)
    {
        target.MakeDirectories(SourceTree.Split(path).Parent);
        target.Clear(path);
        target.CreateFile(path, fd =>
        {
            TargetTree.Check(FileIo.WriteAll(fd, Encoding.UTF8.GetBytes(file.Content)), "write", path);
            TargetTree.Check(DirectoryCalls.ChangeOwner(fd, "", owner?.Uid ?? 0, owner?.Gid ?? 0), "chown", path);
            TargetTree.Check(DirectoryCalls.ChangeMode(fd, mode?.Apply(0x1A4, isDirectory: false) ?? 0x1A4), "chmod", path);
            TargetTree.Check(DirectoryCalls.SetTimes(fd, "", Timestamps.Fixed, 0), "utimens", path);
        });
    }

    /// <summary>True when a file is a tar, compressed or not.</summary>
    private static async Task<bool> ArchiveAsync(Selection selection, CancellationToken cancellation)
    {
        var isArchive = false;
        try
        {
            var file = Open(selection);
            await using (file.ConfigureAwait(false))
            {
                var (plain, _) = await Decompression.OpenAsync(file, leaveOpen: true, cancellation).ConfigureAwait(false);
                await using (plain.ConfigureAwait(false))
                {
                    var ahead = new ReadAheadStream(plain, hash: false, cancellation);
                    await using (ahead.ConfigureAwait(false))
                    {
                        isArchive = await Task.Factory.StartNew(() => new TarReader(ahead).Next() is not null, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
                    }
                }
            }
        }
        catch (DavitException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.InvalidArgument)
        {
            // no archive; or a decompressor that was left in the middle, which says so when it is closed
        }

        return isArchive;
    }

    private static async Task UnpackAsync(Selection selection, string mountPath, string destination, (uint Uid, uint Gid)? owner, CancellationToken cancellation)
    {
        var file = Open(selection);
        await using (file.ConfigureAwait(false))
        {
            var (plain, _) = await Decompression.OpenAsync(file, leaveOpen: true, cancellation).ConfigureAwait(false);
            await using (plain.ConfigureAwait(false))
            {
                await TarExtractor.ExtractAsync(plain, mountPath, "/" + destination, new TarExtractOptions { Owner = owner }, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static FileStream Open(Selection selection)
    {
        var fd = selection.Tree.Open(selection.Path, OpenHow.Read, out var errno);
        TargetTree.Check(fd < 0 ? errno : Errno.None, "open", selection.Path);
        return new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true), FileAccess.Read, 64 << 10);
    }
}
