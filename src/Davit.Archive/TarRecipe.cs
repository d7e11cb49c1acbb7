using System.Buffers;
using System.Text;
using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive;

/// <summary>Gives a layer's tar back, byte for byte, from the recipe written when it was unpacked and from its files.</summary>
public static class TarRecipe
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Writes the tar.</summary>
    /// <param name="recipe">Path of the recipe.</param>
    /// <param name="directory">The unpacked layer.</param>
    /// <param name="destination">Takes the tar; the caller hashes and compares.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DavitException">DataLoss: the recipe is damaged, or a file is not as it was.</exception>
    public static async Task WriteAsync(string recipe, string directory, Stream destination, CancellationToken cancellation)
    {
        var root = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Path | OpenHow.Directory, 0, out var errno);
        if (root < 0) throw UnpackErrors.From(errno, "open", directory);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var file = new FileStream(recipe, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var reader = new BinaryReader(new ZstdSharp.DecompressionStream(file, leaveOpen: false), Encoding.UTF8, leaveOpen: false);
            var kind = new byte[1];
            while (reader.Read(kind, 0, 1) == 1)
            {
                cancellation.ThrowIfCancellationRequested();
                if (kind[0] == TarRecipeWriter.Raw) await CopyRawAsync(reader, reader.Read7BitEncodedInt(), buffer, destination, cancellation).ConfigureAwait(false);
                else if (kind[0] == TarRecipeWriter.Content) await CopyContentAsync(reader, root, buffer, destination, cancellation).ConfigureAwait(false);
                else throw new DavitException(ErrorKind.DataLoss, $"{recipe} is damaged");
            }

            await destination.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ZstdSharp.ZstdException)
        {
            throw new DavitException(ErrorKind.DataLoss, $"{recipe} is damaged", inner: e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            FileIo.Close(root);
        }
    }

    private static async Task CopyRawAsync(BinaryReader reader, int length, byte[] buffer, Stream destination, CancellationToken cancellation)
    {
        while (length > 0)
        {
            var read = reader.Read(buffer, 0, Math.Min(length, buffer.Length));
            if (read == 0) throw new EndOfStreamException();
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            length -= read;
        }
    }

    private static async Task CopyContentAsync(BinaryReader reader, int root, byte[] buffer, Stream destination, CancellationToken cancellation)
    {
        var path = FileName.Decode(reader.ReadBytes(reader.Read7BitEncodedInt()));
        var segments = reader.Read7BitEncodedInt();
        var fd = DirectoryCalls.Open(root, path, OpenHow.NoFollow | OpenHow.NonBlocking, 0, ResolveHow.Beneath | ResolveHow.NoSymbolicLinks, out var errno);
        if (fd < 0) throw new DavitException(ErrorKind.DataLoss, $"layer file {path}: {Linux.ErrnoExtensions.Text(errno)}");
        try
        {
            for (var i = 0; i < segments; i++)
            {
                var (offset, left) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
                if (offset > 0 || i > 0) FileIo.SeekTo(fd, offset);
                while (left > 0)
                {
                    var read = FileIo.Read(fd, buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)), out _);
                    if (read <= 0) throw new DavitException(ErrorKind.DataLoss, $"layer file {path} is {left} bytes short");
                    await destination.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                    left -= read;
                }
            }
        }
        finally
        {
            FileIo.Close(fd);
        }
    }
}
