using Davit.Build.Graph;
using Davit.Build.Solving;
using Davit.Build.Trees;
using Davit.Dockerfile.Instructions;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>Sources of a step's own mounts; locks on caches are held until dispose.</summary>
internal sealed class MountSources : IDisposable
{
    private readonly List<MountSpec> _specs = [];
    private readonly List<IDisposable> _locks = [];

    private MountSources()
    {
    }

    public IReadOnlyList<MountSpec> Specs => _specs;

    public static async Task<MountSources> OpenAsync(ExecOp op, IReadOnlyList<SourceTree?> sources, BuildSession session, CancellationToken cancellation)
    {
        var result = new MountSources();
        try
        {
            for (var i = 0; i < op.Mounts.Count; i++)
            {
                var mount = op.Mounts[i].Mount;
                result._specs.Add(mount.Kind switch
                {
                    RunMountKind.Tmpfs => Tmpfs(mount),
                    RunMountKind.Cache => await result.CacheAsync(mount, sources[i], session, cancellation).ConfigureAwait(false),
                    _ => Bind(mount, Source(mount, sources[i]!, session, cancellation)),
                });
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var item in _locks) item.Dispose();
    }

    private static MountSpec Tmpfs(RunMount mount) => new()
    {
        Destination = mount.Target, Type = "tmpfs", Source = "tmpfs", Options = mount.Size > 0 ? ["nosuid", "nodev", $"size={mount.Size}"] : ["nosuid", "nodev"],
    };

    private static MountSpec Bind(RunMount mount, string path) => new()
    {
        Destination = mount.Target, Type = "bind", Source = path, Options = mount.ReadOnly ? ["rbind", "ro", "rprivate"] : ["rbind", "rprivate"],
    };

    /// <summary>A read-only part of the context is mounted as it is; everything else is a copy, and what the step writes to it is thrown away.</summary>
    private static string Source(RunMount mount, SourceTree tree, BuildSession session, CancellationToken cancellation)
    {
        var path = Selector.Clean(mount.Source);
        var stat = tree.Stat(path) ?? throw new DavitException(ErrorKind.NotFound, $"failed to compute cache key: \"/{path}\": not found", "the source of a bind mount must be there");
        if (mount.ReadOnly && ReferenceEquals(tree, session.Context.Tree)) return HostPath(tree, path);
        var copy = session.NewDirectory();
        Copy(tree, path, stat, copy, cancellation);
        return stat.IsDirectory ? copy : Path.Combine(copy, "file");
    }

    private async Task<MountSpec> CacheAsync(RunMount mount, SourceTree? source, BuildSession session, CancellationToken cancellation)
    {
        var root = session.Services.CacheMountDirectory;
        var key = Oci.Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(CacheMounts.NameOf(mount)));
        if (mount.Sharing != "shared") _locks.Add(await session.Services.Steps.EnterAsync(key, cancellation).ConfigureAwait(false));
        var isNew = !Directory.Exists(Path.Combine(root, CacheMounts.NameOf(mount)));
        var path = CacheMounts.Open(root, mount);
        if (isNew && source is not null && source.Stat(Selector.Clean(mount.Source)) is { } stat) Copy(source, Selector.Clean(mount.Source), stat, path, cancellation);
        return Bind(mount, path);
    }

    private static void Copy(SourceTree tree, string path, FileStat stat, string destination, CancellationToken cancellation)
    {
        using var target = new TargetTree(destination);
        var copier = new TreeCopier(target, null, null, null, cancellation);
        if (stat.IsDirectory) copier.CopyDirectory(new Selection(tree, path, true, ""), "");
        else copier.CopyFile(tree, path, stat, "file");
        target.Finish();
    }

    private static string HostPath(SourceTree tree, string path)
    {
        var fd = tree.Open(path, OpenHow.Path, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", path);
        try
        {
            return DirectoryCalls.ReadLink(DirectoryCalls.WorkingDirectory, $"/proc/self/fd/{fd}", out errno) ?? throw new LinuxException(errno, "readlink", path);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }
}
