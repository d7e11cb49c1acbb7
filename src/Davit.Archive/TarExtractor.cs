using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive;

/// <summary>Extracts archives into a tree that has a life and links of its own: a container's root, a build context. Nothing is ever made outside of the root.</summary>
public static class TarExtractor
{
    /// <summary>Extracts.</summary>
    /// <param name="tar">Uncompressed; read to its end.</param>
    /// <param name="root">Root of the tree on this machine, for example a mount point or <c>/proc/PID/root</c>.</param>
    /// <param name="destination">Directory in the tree; must be there. <c>/</c> for the root.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Gives up; what was made stays.</param>
    /// <returns>Entries made and bytes of their content.</returns>
    /// <exception cref="DavitException">InvalidArgument: no tar, or an entry that climbs out; DataLoss: truncated; Internal: disk full.</exception>
    public static async Task<(int Entries, long Bytes)> ExtractAsync(Stream tar, string root, string destination, TarExtractOptions options, CancellationToken cancellation)
    {
        var source = new ReadAheadStream(tar, hash: false, cancellation);
        await using (source.ConfigureAwait(false))
        {
            var result = await Worker.RunAsync(() => Extract(source, root, destination, options, cancellation)).ConfigureAwait(false);
            await source.FinishAsync().ConfigureAwait(false);
            return result;
        }
    }

    private static (int Entries, long Bytes) Extract(ReadAheadStream source, string root, string destination, TarExtractOptions options, CancellationToken cancellation)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, root, OpenHow.Path | OpenHow.Directory, 0, out var errno);
        if (fd < 0) throw UnpackErrors.From(errno, "open", root);
        try
        {
            var policy = new UnpackPolicy { NoOverwriteDirNonDir = options.NoOverwriteDirNonDir, Owner = options.Owner, Map = options.Map, Limits = options.Limits };
            using var directories = new InRootDirectories(fd, EntryPath.Clean(destination, int.MaxValue, destination));
            var unpacker = new TreeUnpacker(directories, policy, null, cancellation);
            var reader = new TarReader(source, options.Limits);
            unpacker.Unpack(reader);
            reader.Drain();
            return (unpacker.Entries, unpacker.ContentBytes);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }
}
