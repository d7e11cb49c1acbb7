using Davit.Archive.Pack;
using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Archive;

/// <summary>Packs a file or a directory of a tree, found without ever leaving the tree's root: for copies out of containers and exports.</summary>
public static class TarPacker
{
    /// <summary>Packs.</summary>
    /// <param name="root">Root of the tree on this machine, for example a mount point or <c>/proc/PID/root</c>.</param>
    /// <param name="path">What to pack, absolute in the tree. Links on the way are followed inside the root, a link at its end is packed as a link.</param>
    /// <param name="name">Name of the top entry; empty for the children of a directory without an entry for itself (export).</param>
    /// <param name="destination">Takes the tar.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Bytes of file content.</returns>
    /// <exception cref="Davit.Primitives.DavitException">NotFound: nothing is at that path.</exception>
    public static async Task<long> PackAsync(string root, string path, string name, Stream destination, TarPackOptions options, CancellationToken cancellation)
    {
        var writer = new TarWriter(destination, options.Nanoseconds);
        await using (writer.ConfigureAwait(false))
        {
            var packer = new TreePacker(writer, new() { OneFileSystem = options.OneFileSystem, Include = options.Include }, cancellation);
            await Task.Run(() => PackAsync(packer, root, EntryPath.Clean(path, int.MaxValue, path), name), cancellation).ConfigureAwait(false);
            await writer.FinishAsync(cancellation).ConfigureAwait(false);
            return packer.ContentBytes;
        }
    }

    private static async Task PackAsync(TreePacker packer, string root, string path, string name)
    {
        var (parentPath, last) = EntryPath.Split(path);
        var parent = OpenParent(root, parentPath, path);
        try
        {
            if (name.Length == 0)
            {
                await packer.PackChildrenAsync(OpenDirectory(parent, last, path), "").ConfigureAwait(false);
                return;
            }

            if (DirectoryCalls.Stat(parent, last.Length == 0 ? "." : last, out _) is var errno and not Errno.None) throw NotFound(errno, path);
            var directory = await packer.PackAsync(parent, last.Length == 0 ? "." : last, name.TrimEnd('/'), null).ConfigureAwait(false);
            if (directory >= 0) await packer.PackChildrenAsync(directory, name.TrimEnd('/') + "/").ConfigureAwait(false);
        }
        finally
        {
            FileIo.Close(parent);
        }
    }

    private static int OpenParent(string root, string parentPath, string path)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, root, OpenHow.Path | OpenHow.Directory, 0, out var errno);
        if (fd < 0) throw UnpackErrors.From(errno, "open", root);
        try
        {
            var parent = DirectoryCalls.Open(fd, parentPath.Length == 0 ? "." : parentPath, OpenHow.Path | OpenHow.Directory, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out errno);
            return parent >= 0 ? parent : throw NotFound(errno, path);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    private static int OpenDirectory(int parent, string name, string path)
    {
        var fd = DirectoryCalls.Open(parent, name.Length == 0 ? "." : name, OpenHow.Directory | OpenHow.NoFollow, 0, out var errno);
        return fd >= 0 ? fd : throw NotFound(errno, path);
    }

    private static Davit.Primitives.DavitException NotFound(Errno errno, string path) => new(errno.Kind(), $"/{path}: {errno.Text()}");
}
