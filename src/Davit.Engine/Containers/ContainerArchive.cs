using Davit.Archive;
using Davit.Archive.Compression;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Engine.Archive;
using Davit.Engine.Containers.Model;
using Davit.Engine.Containers.Spec;
using Davit.Engine.Mounts;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>What is at a path in a container.</summary>
    /// <exception cref="DavitException">NotFound: <c>Could not find the file /x in container y</c>.</exception>
    public PathStat StatPath(string idOrName, string path)
    {
        var container = _table.Get(idOrName);
        using var tree = OpenTree(container.Model, Absolute(path), forWriting: false);
        return PathStatOf(tree, path, idOrName);
    }

    /// <summary>Opens a path for copying out: its description, and a way to write the tar.</summary>
    /// <param name="idOrName">Which container.</param>
    /// <param name="path">What to copy; with <c>/.</c> at its end the content of a directory.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<(PathStat Stat, Func<Stream, CancellationToken, Task> Write)> ReadArchiveAsync(string idOrName, string path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var container = _table.Get(idOrName);
        var stat = StatPath(idOrName, path);
        Publish(container, "archive-path", ("path", path));
        return Task.FromResult<(PathStat, Func<Stream, CancellationToken, Task>)>((stat, async (destination, token) =>
        {
            using var tree = OpenTree(container.Model, Absolute(path), forWriting: false);
            var content = path.EndsWith("/.", StringComparison.Ordinal) || path.EndsWith('/') || tree.Path == "/";
            var name = path.EndsWith("/.", StringComparison.Ordinal) || tree.Path == "/" ? "." : ContainerPath.Clean(path).Split('/')[^1];
            if (!content)
            {
                await TarPacker.PackAsync(tree.Root, tree.Path, name, destination, new TarPackOptions(), token).ConfigureAwait(false);
                return;
            }

            // A slash at the end follows a link: the directory itself becomes the root of what is packed.
            var fd = tree.Open(tree.Path, OpenHow.Path | OpenHow.Directory, out var errno);
            if (fd < 0) throw new Davit.Linux.LinuxException(errno, "open", path).ToDavitException("copy");
            try
            {
                await TarPacker.PackAsync($"/proc/self/fd/{fd}", "/", name, destination, new TarPackOptions(), token).ConfigureAwait(false);
            }
            finally
            {
                FileIo.Close(fd);
            }
        }));
    }

    /// <summary>Extracts an archive into a directory of a container.</summary>
    /// <param name="idOrName">Which container.</param>
    /// <param name="path">An existing directory.</param>
    /// <param name="noOverwriteDirNonDir">Refuse to replace a directory by a file or the other way round.</param>
    /// <param name="copyUidGid">Give everything to the container's user.</param>
    /// <param name="archive">The tar, compressed or not.</param>
    /// <param name="cancellation">Gives up; what was made stays.</param>
    /// <exception cref="DavitException">InvalidArgument: not a directory; Forbidden: read-only; NotFound.</exception>
    public async Task WriteArchiveAsync(string idOrName, string path, bool noOverwriteDirNonDir, bool copyUidGid, Stream archive, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        using var tree = OpenTree(container.Model, Absolute(path), forWriting: true);
        var fd = tree.Open(tree.Path, OpenHow.Path, out var errno);
        if (fd < 0)
        {
            throw errno is Davit.Linux.Errno.ENOENT or Davit.Linux.Errno.ENOTDIR
                ? new DavitException(ErrorKind.NotFound, $"Could not find the file {path} in container {idOrName}")
                : new Davit.Linux.LinuxException(errno, "open", path).ToDavitException("copy");
        }

        try
        {
            DirectoryCalls.Stat(fd, "", out var stat);
            if (!stat.IsDirectory) throw new DavitException(ErrorKind.InvalidArgument, "extraction point is not a directory");
            if (tree.ReadOnly is { } why) throw new DavitException(ErrorKind.Forbidden, why);
            var owner = copyUidGid ? OwnerOf(container.Model) : ((uint, uint)?)null;
            var plain = await Decompression.OpenAsync(archive, leaveOpen: true, cancellation).ConfigureAwait(false);
            await using var content = plain.Plain.ConfigureAwait(false);
            await TarExtractor.ExtractAsync(plain.Plain, tree.Root, tree.Path, new TarExtractOptions { NoOverwriteDirNonDir = noOverwriteDirNonDir, Owner = owner }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            FileIo.Close(fd);
        }

        Publish(container, "extract-to-dir", ("path", path));
    }

    private (uint Uid, uint Gid) OwnerOf(ContainerModel model)
    {
        var rootFs = _services.Layers.FindRootFs(model.Id)!;
        var user = UserResolution.Resolve(model.Config.User, [], file => _services.Layers.TryReadFile(rootFs, file)).User;
        return (user.Uid, user.Gid);
    }

    private static PathStat PathStatOf(ContainerTree tree, string path, string container)
    {
        var (stat, target) = tree.Stat(path, container);
        if (target is not null && (path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal)))
        {
            // Followed: what counts is where the link leads.
            var fd = tree.Open(tree.Path, OpenHow.Path, out var errno);
            if (fd < 0) throw new Davit.Linux.LinuxException(errno, "open", path).ToDavitException("copy");
            DirectoryCalls.Stat(fd, "", out stat);
            FileIo.Close(fd);
            target = null;
        }

        var clean = ContainerPath.Clean(path);
        return new PathStat
        {
            Name = clean == "/" ? "/" : clean.Split('/')[^1],
            Size = stat.Size,
            Mode = GoFileMode.Of(stat.Mode),
            Mtime = Timestamp.Format(DateTimeOffset.FromUnixTimeSeconds(stat.ModifiedSeconds).AddTicks(stat.ModifiedNanoseconds / 100)),
            LinkTarget = target is null ? "" : ContainerPath.Clean(target.StartsWith('/') ? target : clean[..clean.LastIndexOf('/')] + "/" + target),
        };
    }

    /// <summary>The tree that has the path: the running container's own view, else the volume or bind it lies in, else the root file system, mounted for this.</summary>
    private ContainerTree OpenTree(ContainerModel model, string path, bool forWriting)
    {
        var clean = ContainerPath.Clean(path);
        var mount = model.Mounts.Where(mount => clean == mount.Destination || clean.StartsWith(mount.Destination + "/", StringComparison.Ordinal)).MaxBy(mount => mount.Destination.Length);
        var readOnly = mount is { ReadOnly: true } ? "mounted volume is marked read-only" : mount is null && model.HostConfig.ReadonlyRootfs ? "container rootfs is marked read-only" : null;
        if (model.State is { Running: true, Pid: > 0 } state) return new ContainerTree($"/proc/{state.Pid}/root", clean, readOnly, null);
        if (mount is { Type: not "tmpfs" })
        {
            var source = mount.Volume is { } name ? _services.Volumes.Mount(_services.Volumes.Get(name)) : mount.Source;
            if (Directory.Exists(source)) return new ContainerTree(source, clean.Length == mount.Destination.Length ? "/" : clean[mount.Destination.Length..], readOnly, null);
        }

        var rootFs = _services.Layers.FindRootFs(model.Id) ?? throw new DavitException(ErrorKind.DataLoss, $"the root file system of container {model.Id} is gone");
        var mounted = _services.Layers.Mount(rootFs, readOnly: !forWriting);
        return new ContainerTree(mounted.Path, clean, readOnly, mounted);
    }

    private static string Absolute(string path) =>
        path.Length > 0 ? "/" + path.TrimStart('/') : throw new DavitException(ErrorKind.InvalidArgument, "bad parameter: path cannot be empty");
}
