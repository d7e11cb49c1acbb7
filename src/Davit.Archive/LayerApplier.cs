using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive;

/// <summary>
/// Unpacks a layer into a directory in overlay form: whiteouts become 0:0 devices, opaque directories an attribute. Nothing is ever made outside of the
/// directory. The tar is read (decompressed) and hashed on another thread than the one that makes the files.
/// </summary>
public static class LayerApplier
{
    /// <summary>Unpacks.</summary>
    /// <param name="tar">The uncompressed tar; read to its end.</param>
    /// <param name="directory">An empty directory.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Gives up; what was made stays for the caller to remove.</param>
    /// <exception cref="DavitException">InvalidArgument: no tar, or an entry that climbs out; DataLoss: truncated; Internal: disk full.</exception>
    public static async Task<AppliedLayer> ApplyAsync(Stream tar, string directory, LayerApplyOptions options, CancellationToken cancellation)
    {
        var source = new ReadAheadStream(tar, hash: true, cancellation);
        await using (source.ConfigureAwait(false))
        {
            var (unpacker, directories) = await Worker.RunAsync(() => Apply(source, directory, options, cancellation)).ConfigureAwait(false);
            var (digest, length) = await source.FinishAsync().ConfigureAwait(false);
            var missing = directories.Where(path => !unpacker.HasDirectory(path)).Distinct().ToArray();
            return new(digest, length, unpacker.ContentBytes, unpacker.Entries, unpacker.RootOpaque, missing);
        }
    }

    private static (TreeUnpacker Unpacker, List<string> Implicit) Apply(ReadAheadStream source, string directory, LayerApplyOptions options, CancellationToken cancellation)
    {
        var root = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Path | OpenHow.Directory | OpenHow.NoFollow, 0, out var errno);
        if (root < 0) throw UnpackErrors.From(errno, "open", directory);
        try
        {
            var policy = new UnpackPolicy { Layer = true, OpaqueAttribute = options.UserAttributes ? "user.overlay.opaque" : "trusted.overlay.opaque", Limits = options.Limits };
            using var directories = new BeneathDirectories(root, (parent, name) => ExtendedAttributes.Set(parent, name, policy.OpaqueAttribute, "y"u8));
            using var recipeFile = options.RecipePath is null ? null : new FileStream(options.RecipePath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 << 10);
            using var recipe = recipeFile is null ? null : new TarRecipeWriter(recipeFile);
            var unpacker = new TreeUnpacker(directories, policy, recipe, cancellation);
            var reader = new TarReader(source, options.Limits, recipe);
            unpacker.Unpack(reader);
            reader.Drain();
            recipe?.Finish();
            if (recipe is { IsWhole: false }) File.Delete(options.RecipePath!);
            return (unpacker, directories.Implicit);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.Internal)
        {
            throw new DavitException(e.Kind, $"failed to register layer: {Absolute(e.Message, directory)}", e.Hint, e);
        }
        catch (IOException e) when (e.HResult == (int)Errno.ENOSPC)
        {
            // the recipe is written through the base library
            throw new DavitException(ErrorKind.Internal, $"failed to register layer: {UnpackErrors.From(Errno.ENOSPC, "write", options.RecipePath!).Message}", "free some space, for example by 'davit system prune'", e);
        }
        finally
        {
            FileIo.Close(root);
        }
    }

    // "write usr/bin/x: no space …" says more with the place on this machine
    private static string Absolute(string message, string directory)
    {
        var space = message.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? message : $"{message[..space]} {directory}/{message[(space + 1)..].TrimStart('/')}";
    }
}
