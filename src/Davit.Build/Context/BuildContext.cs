using System.Text;
using Davit.Archive;
using Davit.Build.Trees;
using Davit.Dockerfile.Ignore;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Build.Context;

/// <summary>What the client sent, unpacked into a directory that goes with the build.</summary>
internal sealed class BuildContext : IDisposable
{
    private const int MaxIgnoreBytes = 1 << 20;
    private readonly string _directory;

    private BuildContext(string directory, SourceTree tree) => (_directory, Tree) = (directory, tree);

    /// <summary>Its files; everything belongs to root.</summary>
    public SourceTree Tree { get; }

    /// <summary>Rules that took files out, or null.</summary>
    public IgnoreFile? Ignore { get; private set; }

    /// <summary>Unpacks a tar, compressed or not.</summary>
    /// <param name="tar">Read to its end.</param>
    /// <param name="directory">Made here; removed on dispose.</param>
    /// <param name="cancellation">Gives up; nothing stays.</param>
    public static async Task<BuildContext> ReceiveAsync(Stream tar, string directory, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        try
        {
            var (plain, _) = await Decompression.OpenAsync(tar, leaveOpen: true, cancellation).ConfigureAwait(false);
            await using (plain.ConfigureAwait(false))
            {
                await TarExtractor.ExtractAsync(plain, directory, "/", new TarExtractOptions { Owner = (0, 0) }, cancellation).ConfigureAwait(false);
            }

            return new BuildContext(directory, new SourceTree(directory, keepOwner: false));
        }
        catch
        {
            Remove(directory);
            throw;
        }
    }

    /// <summary>Text of the Dockerfile.</summary>
    /// <exception cref="DavitException">NotFound, with Docker's text.</exception>
    public string ReadDockerfile(string path)
    {
        var content = Tree.ReadFile(Selector.Clean(path), Dockerfile.SourceText.MaxBytes)
            ?? throw new DavitException(ErrorKind.InvalidArgument, $"Cannot locate specified Dockerfile: {path}", "name another with -f; its path is relative to the context");
        return content.Length > 0 ? Encoding.UTF8.GetString(content) : throw new DavitException(ErrorKind.InvalidArgument, $"the Dockerfile ({path}) cannot be empty");
    }

    /// <summary>Takes out what <c>.dockerignore</c> excludes; a file of the Dockerfile's own name comes before the general one.</summary>
    public void ApplyIgnore(string dockerfile)
    {
        var content = Tree.ReadFile(Selector.Clean(dockerfile) + ".dockerignore", MaxIgnoreBytes) ?? Tree.ReadFile(".dockerignore", MaxIgnoreBytes);
        if (content is null) return;
        var ignore = IgnoreFile.Parse(Encoding.UTF8.GetString(content));
        if (ignore.IsEmpty) return;
        Ignore = ignore;
        RemoveIgnored("", ignore);
    }

    public void Dispose()
    {
        Tree.Dispose();
        Remove(_directory);
    }

    internal static void Remove(string directory) => _ = DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, directory);

    /// <returns>True when the directory is empty afterwards.</returns>
    private bool RemoveIgnored(string directory, IgnoreFile ignore)
    {
        var fd = Tree.Open(directory, OpenHow.Directory, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", directory);
        try
        {
            var names = new List<string>();
            DirectoryListing.Read(fd, names);
            var left = names.Count;
            foreach (var name in names)
            {
                var path = directory.Length == 0 ? name : directory + "/" + name;
                var ignored = ignore.Ignores(path);
                var isDirectory = DirectoryCalls.Stat(fd, name, out var stat) == Errno.None && stat.IsDirectory;
                if (isDirectory && (!ignored || ignore.HasExceptions))
                {
                    // below an ignored directory an exception may keep something
                    var empty = RemoveIgnored(path, ignore);
                    if (!ignored || !empty) continue;
                }
                else if (!ignored)
                {
                    continue;
                }

                errno = DirectoryListing.RemoveTree(fd, name);
                if (errno != Errno.None) throw new LinuxException(errno, "unlink", path);
                left--;
            }

            return left == 0;
        }
        finally
        {
            FileIo.Close(fd);
        }
    }
}
