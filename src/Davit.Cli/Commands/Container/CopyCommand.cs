using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Container;

/// <summary><c>cp</c>: tar streams between this machine and a container, with the rules of cp(1) about what the target is.</summary>
internal static class CopyCommand
{
    internal static Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var (from, fromPath) = Split(arguments.Words[0]);
        var (to, toPath) = Split(arguments.Words[1]);
        if (from is not null && to is not null) throw new DavitException(ErrorKind.InvalidArgument, "copying between containers is not supported", "copy to this machine first");
        if (from is null && to is null) throw new DavitException(ErrorKind.InvalidArgument, "must specify at least one container source", "write CONTAINER:PATH on one side");
        return from is not null ? FromAsync(context, arguments, from, fromPath, toPath) : ToAsync(context, arguments, fromPath, to!, toPath);
    }

    private static (string? Container, string Path) Split(string text)
    {
        if (text.StartsWith('/') || text.StartsWith('.')) return (null, text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 1 ? (null, text) : (text[..colon], text[(colon + 1)..]);
    }

    private static async Task<int> FromAsync(CliContext context, Arguments arguments, string container, string path, string target)
    {
        if (arguments.Is("follow-link"))
        {
            using var head = await context.Engine.RequestAsync("HEAD", $"/containers/{container}/archive" + Query.Of(("path", path)));
            var stat = JsonSerializer.Deserialize(Convert.FromBase64String(head.Header("X-Docker-Container-Path-Stat") ?? "e30="), DockerApi.DockerApiJson.Default.PathStat);
            if (stat?.LinkTarget is { Length: > 0 } link) path = link.StartsWith('/') ? link : Path.GetDirectoryName(path.TrimEnd('/')) + "/" + link;
        }

        using var response = await context.Engine.RequestAsync("GET", $"/containers/{container}/archive" + Query.Of(("path", path)));
        if (target == "-")
        {
            await response.Body.CopyToAsync(context.RawOut);
            return 0;
        }

        var contentsOnly = path.EndsWith("/.", StringComparison.Ordinal);
        var intoDirectory = Directory.Exists(target);
        if (!intoDirectory && target.EndsWith('/') ) throw new DavitException(ErrorKind.NotFound, $"invalid output path: directory \"{target.TrimEnd('/')}\" does not exist", "make it first");
        var root = intoDirectory ? target : Path.GetDirectoryName(Path.GetFullPath(target))!;
        if (!Directory.Exists(root)) throw new DavitException(ErrorKind.NotFound, $"invalid output path: directory \"{root}\" does not exist", "make it first");
        var rename = intoDirectory ? null : Path.GetFileName(Path.GetFullPath(target));
        long size = 0;
        await using var reader = new TarReader(response.Body);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            var name = entry.Name.TrimEnd('/').TrimStart('/');
            if (contentsOnly && intoDirectory || rename is not null)
            {
                var slash = name.IndexOf('/', StringComparison.Ordinal);
                var rest = slash < 0 ? "" : name[(slash + 1)..];
                name = rename is null ? rest : rest.Length == 0 ? rename : $"{rename}/{rest}";
                if (name.Length == 0) continue;
            }

            Extract(entry, root, name, arguments.Is("archive"));
            size += entry.Length;
        }

        if (!arguments.Is("quiet")) context.Error.WriteLine($"Successfully copied {Output.Human.Size(size)} to {target}");
        return 0;
    }

    /// <summary>Puts an entry below a directory; nothing that a container made leads out of it.</summary>
    private static void Extract(TarEntry entry, string root, string name, bool owner)
    {
        var path = Path.GetFullPath(Path.Combine(root, name));
        var inside = Path.GetFullPath(root);
        if (path != inside && !path.StartsWith(inside.TrimEnd('/') + "/", StringComparison.Ordinal)) throw new DavitException(ErrorKind.InvalidArgument, $"the container's archive has the entry \"{entry.Name}\", which leads out of {root}", "nothing of it was written");
        for (var parent = Path.GetDirectoryName(path); parent is not null && parent.Length > inside.TrimEnd('/').Length; parent = Path.GetDirectoryName(parent))
        {
            if (new FileInfo(parent).LinkTarget is not null) throw new DavitException(ErrorKind.InvalidArgument, $"the container's archive writes through the symbolic link {parent}", "copy to an empty directory");
        }

        if (entry.EntryType == TarEntryType.Directory)
        {
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, entry.Mode);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path) || new FileInfo(path).LinkTarget is not null) File.Delete(path);
        if (entry.EntryType == TarEntryType.SymbolicLink) File.CreateSymbolicLink(path, entry.LinkName);
        else if (entry.EntryType == TarEntryType.HardLink) File.Copy(Path.Combine(root, Path.GetFileName(entry.LinkName)), path);
        else entry.ExtractToFile(path, overwrite: true);
        _ = owner;
    }

    private static async Task<int> ToAsync(CliContext context, Arguments arguments, string source, string container, string path)
    {
        var options = ("copyUIDGID", arguments.Is("archive") ? "1" : null);
        if (source == "-")
        {
            using var piped = await context.Engine.RequestAsync("PUT", $"/containers/{container}/archive" + Query.Of(("path", path), ("noOverwriteDirNonDir", "true"), options), context.RawIn, "application/x-tar");
            return 0;
        }

        if (!File.Exists(source) && !Directory.Exists(source)) throw new DavitException(ErrorKind.NotFound, $"lstat {source}: no such file or directory", "check the path");
        var contentsOnly = source.EndsWith("/.", StringComparison.Ordinal);
        var local = Path.GetFullPath(source);
        var (directory, name) = (path, Path.GetFileName(local));
        if (!await IsDirectoryAsync(context, container, path))
        {
            // not a directory there: the copy gets the target's own name
            if (path.EndsWith('/') && !Directory.Exists(local)) throw new DavitException(ErrorKind.NotFound, $"no such directory", "make it in the container first");
            directory = Path.GetDirectoryName(path.TrimEnd('/')) is { Length: > 0 } parent ? parent : "/";
            name = Path.GetFileName(path.TrimEnd('/'));
            contentsOnly = false;
        }

        long size = 0;
        var pipe = new System.IO.Pipelines.Pipe();
        var writing = Task.Run(async () =>
        {
            try
            {
                await using var tar = new TarWriter(pipe.Writer.AsStream(), TarEntryFormat.Pax);
                size = Pack.Add(tar, local, contentsOnly ? "." : name, arguments.Is("follow-link"));
                await tar.DisposeAsync();
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception e)
            {
                await pipe.Writer.CompleteAsync(e);
            }
        });
        using var response = await context.Engine.RequestAsync("PUT", $"/containers/{container}/archive" + Query.Of(("path", directory), ("noOverwriteDirNonDir", "true"), options), pipe.Reader.AsStream(), "application/x-tar");
        await writing;
        if (!arguments.Is("quiet")) context.Error.WriteLine($"Successfully copied {Output.Human.Size(size)} to {container}:{path}");
        return 0;
    }

    private static async Task<bool> IsDirectoryAsync(CliContext context, string container, string path)
    {
        try
        {
            using var head = await context.Engine.RequestAsync("HEAD", $"/containers/{container}/archive" + Query.Of(("path", path)));
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(head.Header("X-Docker-Container-Path-Stat") ?? "e30="));
            using var stat = JsonDocument.Parse(text);
            var target = stat.RootElement.TryGetProperty("linkTarget", out var link) ? link.GetString() : "";
            if (!string.IsNullOrEmpty(target)) return await IsDirectoryAsync(context, container, target);

            // Go's os.FileMode has the directory bit at the top
            return stat.RootElement.TryGetProperty("mode", out var mode) && (mode.GetInt64() & 1L << 31) != 0;
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound && !e.Message.Contains("No such container", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
    }
}
