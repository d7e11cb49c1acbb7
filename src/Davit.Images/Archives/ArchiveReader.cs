using Davit.Archive;
using Davit.Archive.Tar;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Leases;

namespace Davit.Images.Archives;

/// <summary>Reads an archive once from start to end; the order of its files does not matter.</summary>
internal sealed class ArchiveReader(IContentStore content, Lease lease)
{
    private const int SmallBytes = 1 << 20;
    private const long MostInMemory = 64 << 20;
    private long _inMemory;

    internal async Task<ArchiveContents> ReadAsync(Stream tar, CancellationToken cancellation)
    {
        var (plain, _) = await Decompression.OpenAsync(tar, leaveOpen: true, cancellation).ConfigureAwait(false);
        await using (plain.ConfigureAwait(false))
        {
            var ahead = new ReadAheadStream(plain, hash: false, cancellation);
            await using (ahead.ConfigureAwait(false))
            {
                // the reader blocks: it gets a thread of its own
                return await Task.Factory.StartNew(() => Read(ahead, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }

    private ArchiveContents Read(ReadAheadStream source, CancellationToken cancellation)
    {
        var contents = new ArchiveContents();
        var reader = new TarReader(source);
        while (reader.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = ArchiveContents.Clean(entry.Name);
            switch (entry.Kind)
            {
                case TarEntryKind.File:
                    contents.Add(path, ReadFile(reader, entry, path, contents, cancellation));
                    break;
                case TarEntryKind.SymbolicLink or TarEntryKind.HardLink:
                    contents.AddLink(path, entry.LinkTarget);
                    break;
            }
        }

        return contents;
    }

    private ArchiveFile ReadFile(TarReader reader, TarEntry entry, string path, ArchiveContents contents, CancellationToken cancellation)
    {
        using var stream = reader.OpenContent(entry);
        if (entry.Size <= SmallBytes && _inMemory + entry.Size <= MostInMemory)
        {
            var bytes = new byte[entry.Size];
            stream.ReadExactly(bytes);
            _inMemory += entry.Size;
            var digest = Digest.Sha256(bytes);
            if (Named(path) is { } name && name != digest && name.Algorithm == digest.Algorithm) throw Mismatch(path, digest);
            return new(bytes, digest, entry.Size);
        }

        return Spool(stream, entry, path, contents, cancellation);
    }

    private ArchiveFile Spool(Stream stream, TarEntry entry, string path, ArchiveContents contents, CancellationToken cancellation)
    {
        var named = Named(path);
        if (named is { } wanted) lease.Hold(wanted);
        var writer = content.BeginWriteAsync(named, cancellation).GetAwaiter().GetResult();
        try
        {
            var known = named is { } n && content.Contains(n);
            if (!known)
            {
                if (writer.Offset > 0) writer.Restart();
                var buffer = new byte[256 << 10];
                int read;
                while ((read = stream.Read(buffer)) > 0) writer.WriteAsync(buffer.AsMemory(0, read), cancellation).AsTask().GetAwaiter().GetResult();
            }

            var digest = Commit(writer, path, cancellation);
            lease.Hold(digest);
            if (!known) contents.Spooled.Add(digest);
            return new(null, digest, entry.Size);
        }
        finally
        {
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static Digest Commit(IContentWriter writer, string path, CancellationToken cancellation)
    {
        try
        {
            return writer.CommitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (DavitException problem) when (problem.Kind == ErrorKind.DataLoss)
        {
            throw new DavitException(ErrorKind.DataLoss, $"invalid archive: the content of \"{path}\" has another digest than its name says", problem.Message, problem);
        }
    }

    private static Digest? Named(string path) =>
        path.Split('/') is ["blobs", var algorithm, var hex] && Digest.TryParse($"{algorithm}:{hex}", out var digest) ? digest : null;

    private static DavitException Mismatch(string path, Digest actual) => new(ErrorKind.DataLoss, $"invalid archive: the content of \"{path}\" has the digest {actual}");
}
