using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Engine.Archive;

/// <summary>A container's files as this process reaches them, for as long as it is not disposed.</summary>
/// <param name="root">Root to resolve in.</param>
/// <param name="path">Path below it.</param>
/// <param name="readOnly">Whether nothing may be written there, and Docker's words for it.</param>
/// <param name="mount">Undone on dispose.</param>
internal sealed class ContainerTree(string root, string path, string? readOnly, IDisposable? mount) : IDisposable
{
    public string Root { get; } = root;

    public string Path { get; } = path;

    public string? ReadOnly { get; } = readOnly;

    /// <summary>What is at the path; a link at its end is not followed.</summary>
    /// <exception cref="DavitException">NotFound, in Docker's words.</exception>
    public (FileStat Stat, string? LinkTarget) Stat(string shown, string container)
    {
        var fd = Open(Path, OpenHow.Path | OpenHow.NoFollow, out var errno);
        if (fd < 0)
        {
            throw errno is Errno.ENOENT or Errno.ENOTDIR
                ? new DavitException(ErrorKind.NotFound, $"Could not find the file {shown} in container {container}")
                : new LinuxException(errno, "open", shown).ToDavitException("copy");
        }

        try
        {
            DirectoryCalls.Stat(fd, "", out var stat);
            return (stat, stat.IsSymbolicLink ? DirectoryCalls.ReadLink(fd, "", out _) : null);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Opens below the root, never leaving it.</summary>
    public int Open(string inside, OpenHow how, out Errno errno)
    {
        var directory = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, Root, OpenHow.Path | OpenHow.Directory, 0, out errno);
        if (directory < 0) return -1;
        try
        {
            var relative = inside.TrimStart('/');
            return DirectoryCalls.Open(directory, relative.Length == 0 ? "." : relative, how, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out errno);
        }
        finally
        {
            FileIo.Close(directory);
        }
    }

    public void Dispose() => mount?.Dispose();
}
