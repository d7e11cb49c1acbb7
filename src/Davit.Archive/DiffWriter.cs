using Davit.Archive.Pack;
using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux.Directories;
using Davit.Oci;

namespace Davit.Archive;

/// <summary>Writes the changes in an overlay's upper directory (or an unpacked layer, which has the same form) as a layer's tar. The same tree gives the same bytes.</summary>
public static class DiffWriter
{
    /// <summary>Writes the tar and hashes it on the way.</summary>
    /// <param name="directory">The directory; nothing changes it meanwhile.</param>
    /// <param name="destination">Takes the tar, or null to learn the digest alone.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The DiffID, the length of the tar, and the bytes of file content in it.</returns>
    public static async Task<(Digest DiffId, long TarBytes, long ContentBytes)> WriteAsync(string directory, Stream? destination, CancellationToken cancellation)
    {
        var hashing = new HashingStream(destination);
        await using (hashing.ConfigureAwait(false))
        {
            var writer = new TarWriter(hashing);
            await using (writer.ConfigureAwait(false))
            {
                var packer = new TreePacker(writer, new() { Overlay = true }, cancellation);
                await Task.Run(() => packer.PackChildrenAsync(OpenRoot(directory), ""), cancellation).ConfigureAwait(false);
                await writer.FinishAsync(cancellation).ConfigureAwait(false);
                return (hashing.Current(), hashing.Written, packer.ContentBytes);
            }
        }
    }

    private static int OpenRoot(string directory)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Directory, 0, out var errno);
        return fd >= 0 ? fd : throw UnpackErrors.From(errno, "open", directory);
    }
}
