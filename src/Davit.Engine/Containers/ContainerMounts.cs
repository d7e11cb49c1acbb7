using System.IO.Pipelines;
using Davit.Archive;
using Davit.Engine.Containers.Model;
using Davit.Engine.Mounts;
using Davit.Engine.Volumes;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;
using Davit.Storage.Layers;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Finds and makes the volumes of a new container, fills the empty ones from the image, and records their use.</summary>
    private async Task<IReadOnlyList<MountModel>> ResolveMountsAsync(ContainerModel model, CancellationToken cancellation)
    {
        var planned = MountPlanner.Plan(model.Config, model.HostConfig, name => _table.Find(name)?.Model ?? throw new DavitException(ErrorKind.InvalidArgument, $"No such container: {name}"));
        List<MountModel> mounts = [];
        foreach (var mount in planned)
        {
            if (mount.Type != "volume")
            {
                mounts.Add(mount);
                continue;
            }

            var given = model.HostConfig.Mounts?.FirstOrDefault(request => ContainerPath.Clean(request.Target ?? "/") == mount.Destination)?.VolumeOptions;
            var volume = await _services.Volumes.CreateAsync(mount.Volume, mount.Driver, given?.DriverConfig?.Options, given?.Labels, cancellation).ConfigureAwait(false);
            _services.Volumes.Use(volume.Name, model.Id);
            if (!mount.NoCopy && mount.Subpath is null) await FillAsync(model, mount, volume, cancellation).ConfigureAwait(false);
            mounts.Add(mount with { Volume = volume.Name, Source = _services.Volumes.MountpointOf(volume), Driver = volume.Driver });
        }

        return mounts;
    }

    /// <summary>Copies what the image has at the destination into an empty volume.</summary>
    private async Task FillAsync(ContainerModel model, MountModel mount, VolumeModel volume, CancellationToken cancellation)
    {
        var target = _services.Volumes.Mount(volume);
        if (Directory.EnumerateFileSystemEntries(target).Any()) return;
        using var root = _services.Layers.Mount(_services.Layers.FindRootFs(model.Id)!, readOnly: true);
        var source = OpenInside(root.Path, mount.Destination, out var errno);
        if (source < 0)
        {
            if (errno is Errno.ENOENT or Errno.ENOTDIR) return;
            throw new LinuxException(errno, "open", mount.Destination).ToDavitException("volume");
        }

        FileStat stat;
        List<string> names = [];
        try
        {
            DirectoryCalls.Stat(source, "", out stat);
            if (!stat.IsDirectory) throw new DavitException(ErrorKind.InvalidArgument, $"cannot mount volume over existing file, file exists {mount.Destination}");
            DirectoryListing.Read(source, names);
        }
        finally
        {
            FileIo.Close(source);
        }

        DirectoryCalls.ChangeOwner(DirectoryCalls.WorkingDirectory, target, stat.Uid, stat.Gid);
        DirectoryCalls.ChangeMode(DirectoryCalls.WorkingDirectory, target, stat.Mode & 0xFFF);
        if (names.Count == 0) return;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4 << 20, resumeWriterThreshold: 1 << 20));
        var extract = TarExtractor.ExtractAsync(pipe.Reader.AsStream(), target, "/", new TarExtractOptions(), cancellation);
        Exception? failure = null;
        try
        {
            await TarPacker.PackAsync(root.Path, mount.Destination, "", pipe.Writer.AsStream(leaveOpen: true), new TarPackOptions { Nanoseconds = true }, cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
        }

        await pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
        await extract.ConfigureAwait(false);
    }

    private static int OpenInside(string root, string path, out Errno errno)
    {
        var directory = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, root, OpenHow.Path | OpenHow.Directory, 0, out errno);
        if (directory < 0) return -1;
        try
        {
            return DirectoryCalls.Open(directory, path.TrimStart('/') is { Length: > 0 } inside ? inside : ".", OpenHow.Read, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out errno);
        }
        finally
        {
            FileIo.Close(directory);
        }
    }

    /// <summary>The mounts of a container that is about to start, their sources made or checked.</summary>
    private IReadOnlyList<MountModel> PrepareMounts(ContainerModel model) => [.. model.Mounts.Select(PrepareMount)];

    private MountModel PrepareMount(MountModel mount)
    {
        switch (mount.Type)
        {
            case "bind" when !File.Exists(mount.Source) && !Directory.Exists(mount.Source):
                if (!mount.CreateSource) throw new DavitException(ErrorKind.InvalidArgument, $"invalid mount config for type \"bind\": bind source path does not exist: {mount.Source}");
                try
                {
                    Directory.CreateDirectory(mount.Source);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    throw new DavitException(ErrorKind.Internal, $"error while creating mount source path '{mount.Source}': {error.Message}", inner: error);
                }

                return mount;
            case "volume":
                var source = _services.Volumes.Mount(_services.Volumes.Get(mount.Volume!));
                return mount with { Source = mount.Subpath is null ? source : Subpath(source, mount.Subpath) };
            default:
                return mount;
        }
    }

    /// <summary>A directory or file in a volume, found without leaving the volume.</summary>
    private static string Subpath(string volume, string subpath)
    {
        var fd = OpenInside(volume, subpath, out var errno);
        if (fd < 0) throw new DavitException(ErrorKind.InvalidArgument, $"cannot access path {Path.Combine(volume, subpath)}: lstat {Path.Combine(volume, subpath)}: {errno.Text()}");
        try
        {
            return DirectoryCalls.ReadLink(DirectoryCalls.WorkingDirectory, $"/proc/self/fd/{fd}", out _) ?? throw new DavitException(ErrorKind.Internal, $"cannot access path {subpath} of the volume");
        }
        finally
        {
            FileIo.Close(fd);
        }
    }
}
