using Davit.Build.Execute;
using Davit.Build.Graph;
using Davit.Dockerfile.Instructions;
using Davit.Dockerfile.Syntax;
using Davit.Primitives;

namespace Davit.Build.Conversion;

/// <content>COPY and ADD.</content>
internal sealed partial class StageConverter
{
    private void ConvertCopy(StageState state, CopyInstruction copy, bool isTrigger)
    {
        var from = copy.From is null ? null : find(copy.From);
        var source = from?.Vertex ?? context;
        var paths = copy.Sources.Select(s => Word(state, s, copy)).ToList();
        var inputs = new List<Vertex>();
        var op = Transfer(state, copy, "COPY") with
        {
            Sources = paths.Count > 0 ? [new CopySource(1, paths)] : [],
            Parents = copy.Parents,
            KeepOwner = from is not null,
        };
        if (paths.Count > 0) inputs.Add(source);
        AddTransfer(state, copy, op, inputs, from is { Stage: >= 0 } ? [from.Stage] : [], isTrigger);
    }

    private void ConvertAdd(StageState state, AddInstruction add, bool isTrigger)
    {
        var paths = add.Sources.Select(s => Word(state, s, add)).ToList();
        var checksum = add.Checksum is null ? null : Word(state, add.Checksum, add);
        var remote = paths.Where(IsRemote).ToList();
        var local = paths.Where(p => !IsRemote(p)).ToList();
        if (checksum is not null)
        {
            if (remote.Count != 1 || local.Count > 0) throw new DavitException(ErrorKind.InvalidArgument, "checksum can't be specified for multiple or local sources", "--checksum belongs to one URL");
            if (!Oci.Digest.TryParse(checksum, out var digest) || digest.Algorithm != "sha256") throw new DavitException(ErrorKind.InvalidArgument, $"invalid checksum \"{checksum}\"", "a checksum reads sha256: and 64 hexadecimal digits");
        }

        if (add.Unpack == true && remote.Count > 0) throw new DavitException(ErrorKind.InvalidArgument, "the --unpack option of ADD is not in effect for URLs");
        var inputs = new List<Vertex>();
        var sources = new List<CopySource>();
        if (local.Count > 0)
        {
            inputs.Add(context);
            sources.Add(new CopySource(inputs.Count, local));
        }

        var op = Transfer(state, add, "ADD") with { Unpack = add.Unpack ?? true };
        foreach (var address in remote)
        {
            var file = RemoteOp(address, op.Destination, checksum);
            inputs.Add(new Vertex(file));
            sources.Add(new CopySource(inputs.Count, [file.Name]));
        }

        AddTransfer(state, add, op with { Sources = sources }, inputs, [], isTrigger);
    }

    private CopyOp Transfer(StageState state, TransferInstruction instruction, string keyword)
    {
        var destination = Word(state, instruction.Destination, instruction);
        if (destination.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"{keyword} failed: the destination is empty");
        var isDirectory = destination.EndsWith('/') || destination is "." or ".." || destination.EndsWith("/.", StringComparison.Ordinal) || destination.EndsWith("/..", StringComparison.Ordinal);
        var clean = Trees.Selector.Clean(destination.StartsWith('/') ? destination : $"{state.Config.WorkingDir ?? "/"}/{destination}");
        var chmod = instruction.Chmod is null ? null : Word(state, instruction.Chmod, instruction);
        if (chmod is not null) _ = new FileModeChange(chmod);
        return new CopyOp
        {
            Instruction = keyword,
            Sources = [],
            Destination = "/" + clean + (isDirectory && clean.Length > 0 ? "/" : ""),
            Chown = instruction.Chown is null ? null : Word(state, instruction.Chown, instruction),
            Chmod = chmod,
            Exclude = [.. instruction.Exclude.Select(e => Word(state, e, instruction))],
            Files = [.. instruction.Files.Select(f => Inline(state, f, instruction))],
        };
    }

    private InlineFile Inline(StageState state, Heredoc heredoc, TransferInstruction instruction) =>
        new(heredoc.Name, heredoc.Expand ? Expansion.Word(_escape, state.Lookup, heredoc.Text, _source, instruction.Range, keepQuotes: true) : heredoc.Text);

    private void AddTransfer(StageState state, TransferInstruction instruction, CopyOp op, List<Vertex> inputs, IReadOnlyList<int> reads, bool isTrigger)
    {
        Vertex vertex;
        if (instruction.Link)
        {
            // a layer that doesn't depend on what is below: made on nothing, then put on top
            var alone = new Vertex(op, [new Vertex(new ImageOp([], [])), .. inputs]);
            vertex = new Vertex(new MergeOp(), state.FileSystem, alone);
        }
        else
        {
            vertex = new Vertex(op, [state.FileSystem, .. inputs]);
        }

        state.FileSystem = vertex;
        var prefix = $"{string.Join(' ', ShellOf(state))} #(nop) {op.Instruction} {(op.Chown is null ? "" : $"--chown={op.Chown} ")}{(op.Chmod is null ? "" : $"--chmod={op.Chmod} ")}";
        Add(state, instruction, isTrigger, new()
        {
            Text = "", Source = _source, Range = instruction.Range, Vertex = vertex, Reads = reads, Config = state.Config, CreatedBy = summary => $"{prefix}{summary} in {op.Destination} ",
        });
    }

    private static RemoteFileOp RemoteOp(string address, string destination, string? checksum)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid URL: {address}");
        var name = RemoteFile.NameOf(uri);
        if (name.Length == 0)
        {
            if (destination.EndsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, $"cannot determine filename for source {address}", "name the file in the destination");
            name = "download";
        }

        return new RemoteFileOp(uri, name, checksum);
    }

    private static bool IsRemote(string path)
    {
        if (path.StartsWith("git@", StringComparison.Ordinal) || path.StartsWith("git://", StringComparison.Ordinal) || (path.StartsWith("http", StringComparison.Ordinal) && path.EndsWith(".git", StringComparison.Ordinal)))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"ADD failed: {path} is a git repository, which is no source of ADD here", "clone it in a RUN, or into the context");
        }

        return path.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
    }
}
