using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Davit.Cli.Config;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Context;

/// <summary>context export and import: a tar of <c>meta.json</c> and <c>tls/ENDPOINT/FILE</c>, as docker writes it.</summary>
internal static class ContextArchiveCommands
{
    private const int MaxFile = 10 << 20;

    internal static Task<int> ExportAsync(CliContext context, Arguments a)
    {
        var name = a.Words[0];
        var found = new ContextStore(context.Config.Directory).Read(name);
        var target = a.Words.Count > 1 ? a.Words[1] : name + ".dockercontext";
        if (target == "-" && context.OutIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "cowardly refusing to export to a terminal, specify a file path", $"davit context export {name} FILE");
        if (target != "-" && File.Exists(target)) throw new DavitException(ErrorKind.AlreadyExists, $"open {target}: file exists", "name another file");
        using (var stream = target == "-" ? context.RawOut : new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar))
        {
            Add(tar, "meta.json", Encoding.UTF8.GetBytes(found.Document.ToJsonString()));
            foreach (var leaf in found.TlsFiles()) Add(tar, "tls/docker/" + leaf, File.ReadAllBytes(Path.Combine(found.TlsDirectory, "docker", leaf)));
        }

        if (target != "-") context.Error.WriteLine($"Written file \"{target}\"");
        return Task.FromResult(0);
    }

    internal static async Task<int> ImportAsync(CliContext context, Arguments a)
    {
        var name = a.Words[0];
        var store = new ContextStore(context.Config.Directory);
        ContextStore.CheckName(name);
        if (store.Has(name)) throw new DavitException(ErrorKind.AlreadyExists, $"context \"{name}\" already exists", "remove it first");
        if (a.Words[1] != "-" && !File.Exists(a.Words[1])) throw new DavitException(ErrorKind.NotFound, $"open {a.Words[1]}: no such file or directory", "check the path");
        JsonObject? document = null;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using (var stream = a.Words[1] == "-" ? context.RawIn : File.OpenRead(a.Words[1]))
        await using (var tar = new TarReader(stream))
        {
            while (await tar.GetNextEntryAsync() is { } entry)
            {
                if (entry.DataStream is null) continue;
                if (entry.Length > MaxFile) throw new DavitException(ErrorKind.InvalidArgument, $"{entry.Name}: larger than a context's file may be", "check the archive");
                using var content = new MemoryStream();
                await entry.DataStream.CopyToAsync(content);
                if (entry.Name == "meta.json") document = JsonNode.Parse(content.ToArray()) as JsonObject;
                else if (entry.Name.Split('/') is ["tls", "docker", var leaf] && ContextStore.TlsNames.Contains(leaf)) files[leaf] = content.ToArray();
                else throw new DavitException(ErrorKind.InvalidArgument, $"invalid context: {entry.Name}: unexpected file", "name an archive that context export wrote");
            }
        }

        if (document is null) throw new DavitException(ErrorKind.InvalidArgument, "invalid context: no metadata found", "name an archive that context export wrote");
        document["Name"] = name;
        foreach (var (leaf, content) in files) store.WriteTls(name, leaf, content);
        store.Write(name, document);
        context.Out.WriteLine(name);
        context.Error.WriteLine($"Successfully imported context \"{name}\"");
        return 0;
    }

    private static void Add(TarWriter tar, string name, byte[] content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
}
