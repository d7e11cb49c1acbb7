using System.Collections.Concurrent;
using System.IO.Pipelines;
using Davit.Build.Cache;
using Davit.Build.Execute;
using Davit.Build.Graph;
using Davit.Build.Trees;
using Davit.Dockerfile.Ignore;
using Davit.Linux;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Build.Solving;

/// <summary>
/// Brings vertices to their results: each once a build, from the cache where it can. The kinds in the cache's keys carry a number, which goes up when a builder
/// makes something else of the same operation: what an earlier one made is then made again.
/// </summary>
internal sealed class Solver(BuildSession session, IExecutor executor, CancellationToken cancellation)
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<VertexResult>>> _results = new();
    private readonly BuilderServices _services = session.Services;

    /// <summary>The result of a vertex. Whoever asks first gives it its output; the others find it cached.</summary>
    public async Task<VertexResult> SolveAsync(Vertex vertex, IStepOutput output)
    {
        var mine = new Lazy<Task<VertexResult>>(() => RunAsync(vertex, output));
        var shared = _results.GetOrAdd(vertex.Digest, mine);
        var result = await shared.Value.ConfigureAwait(false);
        return ReferenceEquals(shared, mine) ? result : result with { Cached = true };
    }

    private async Task<VertexResult> RunAsync(Vertex vertex, IStepOutput output)
    {
        var inputs = await Task.WhenAll(vertex.Inputs.Select(input => SolveAsync(input, output))).ConfigureAwait(false);
        try
        {
            return vertex.Op switch
            {
                ImageOp image => Begin(image),
                ContextOp or RemoteFileOp => new VertexResult(Snapshot.Empty, false, true, default, null),
                CopyOp copy => await CopyAsync(vertex, copy, inputs, output).ConfigureAwait(false),
                MakeDirectoryOp make => await MakeDirectoryAsync(make, inputs[0].Snapshot).ConfigureAwait(false),
                ExecOp exec => await ExecAsync(vertex, exec, inputs, output).ConfigureAwait(false),
                MergeOp => await MergeAsync(inputs[0].Snapshot, inputs[1]).ConfigureAwait(false),
                _ => throw new DavitException(ErrorKind.Internal, $"no executor for {vertex.Op.GetType().Name}"),
            };
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException("build step failed");
        }
    }

    private VertexResult Begin(ImageOp image)
    {
        foreach (var chain in image.Chain) _services.Cache.Hold(chain, session.Pins);
        return new VertexResult(new Snapshot(image.Chain, image.DiffIds), false, true, default, null);
    }

    private async Task<VertexResult> MakeDirectoryAsync(MakeDirectoryOp make, Snapshot basis)
    {
        using var hasher = new OpHasher("mkdir").Add("base", basis.StateId).Add("path", make.Path);
        var key = hasher.Finish();
        using var turn = await _services.Steps.EnterAsync(key, cancellation).ConfigureAwait(false);
        if (Cached(basis, key) is { } hit) return hit;
        var layer = await LayerStep.MakeAsync(
            _services.Layers,
            basis,
            rootFs =>
            {
                using var mount = _services.Layers.Mount(rootFs, readOnly: false);
                CopyExecutor.MakeDirectory(make.Path, mount.Path);
                return Task.CompletedTask;
            },
            cancellation).ConfigureAwait(false);
        return await RecordAsync(basis, layer, [key], $"WORKDIR {make.Path}", null).ConfigureAwait(false);
    }

    private async Task<VertexResult> CopyAsync(Vertex vertex, CopyOp copy, VertexResult[] inputs, IStepOutput output)
    {
        var basis = inputs[0].Snapshot;
        var keys = new List<Digest>();

        // Sources whose content is named already (stages, images, files with a checksum) need not be looked at when nothing changed.
        if (vertex.Inputs.Skip(1).All(v => v.Op is not ContextOp and not RemoteFileOp { Checksum: null }))
        {
            using var hasher = new OpHasher("copy-by-name/2").Add("base", basis.StateId);
            copy.Describe(hasher);
            for (var i = 1; i < inputs.Length; i++) hasher.Add("input", vertex.Inputs[i].Op is RemoteFileOp ? vertex.Inputs[i].Digest.ToString() : inputs[i].Snapshot.StateId);
            keys.Add(hasher.Finish());
            if (Cached(basis, keys[0]) is { } named) return named;
        }

        var selections = new List<Selection>();
        foreach (var source in copy.Sources)
        {
            var input = vertex.Inputs[source.Input];
            var tree = await TreeAsync(input, inputs[source.Input], output).ConfigureAwait(false);
            selections.AddRange(Selector.Select(tree, source.Paths, copy.Parents, copy.Instruction, input.Op is ContextOp, session.Context.Ignore));
        }

        var exclude = copy.Exclude.Count > 0 ? IgnoreFile.FromPatterns(copy.Exclude) : null;
        var checksum = TreeChecksum.Compute(selections, exclude, cancellation);
        keys.Add(ContentKey(basis, copy, selections, checksum));
        var summary = Summary(selections, copy, checksum);
        using var turn = await _services.Steps.EnterAsync(keys[^1], cancellation).ConfigureAwait(false);
        if (Cached(basis, keys[^1]) is { } hit)
        {
            if (keys.Count > 1) await RememberAsync(keys[0], keys[^1]).ConfigureAwait(false);
            return hit with { Summary = summary };
        }

        await _services.Slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var layer = await LayerStep.MakeAsync(
                _services.Layers,
                basis,
                async rootFs =>
                {
                    using var mount = _services.Layers.Mount(rootFs, readOnly: false);
                    await CopyExecutor.RunAsync(copy, selections, mount.Path, cancellation).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
            return await RecordAsync(basis, layer, keys, $"{copy.Instruction} {summary} in {copy.Destination}", summary).ConfigureAwait(false);
        }
        finally
        {
            _services.Slots.Release();
        }
    }

    private async Task<VertexResult> ExecAsync(Vertex vertex, ExecOp exec, VertexResult[] inputs, IStepOutput output)
    {
        var basis = inputs[0].Snapshot;
        using var hasher = new OpHasher("exec/2").Add("base", basis.StateId);
        exec.Describe(hasher);
        foreach (var (index, mount) in exec.Mounts)
        {
            if (index < 0) continue;
            if (vertex.Inputs[index].Op is not ContextOp)
            {
                hasher.Add("input", inputs[index].Snapshot.StateId);
                continue;
            }

            var selections = Selector.Select(session.Context.Tree, [mount.Source], false, "RUN --mount", context: true, session.Context.Ignore);
            hasher.Add("input", TreeChecksum.Compute(selections, null, cancellation));
        }

        var key = hasher.Finish();
        using var turn = await _services.Steps.EnterAsync(key, cancellation).ConfigureAwait(false);
        if (Cached(basis, key) is { } hit) return hit;
        await _services.Slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var sources = exec.Mounts.Select(m => m.Input < 0 ? null : vertex.Inputs[m.Input].Op is ContextOp ? session.Context.Tree : session.TreeOf(inputs[m.Input].Snapshot)).ToList();
            var layer = await LayerStep.MakeAsync(_services.Layers, basis, rootFs => executor.RunAsync(exec, sources, rootFs, session, output, cancellation), cancellation).ConfigureAwait(false);
            return await RecordAsync(basis, layer, [key], "RUN " + string.Join(' ', exec.Args), null).ConfigureAwait(false);
        }
        finally
        {
            _services.Slots.Release();
        }
    }

    private async Task<VertexResult> MergeAsync(Snapshot basis, VertexResult linked)
    {
        if (!linked.Changed) return linked with { Snapshot = basis };
        using var hasher = new OpHasher("merge").Add("base", basis.StateId).Add("layer", linked.Snapshot.DiffIds[^1]);
        var key = hasher.Finish();
        using var turn = await _services.Steps.EnterAsync(key, cancellation).ConfigureAwait(false);
        if (Cached(basis, key) is { } hit) return hit with { Cached = linked.Cached, Created = linked.Created, Summary = linked.Summary };
        var source = _services.Layers.Find(linked.Snapshot.Chain[^1]) ?? throw new DavitException(ErrorKind.DataLoss, $"layer {linked.Snapshot.Chain[^1]} is gone");
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19));
        var write = WriteAsync();
        try
        {
            var layer = await _services.Layers.ApplyAsync(basis.Chain, source.DiffId, pipe.Reader.AsStream(), cancellation).ConfigureAwait(false);
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await write.ConfigureAwait(false);
            var result = await RecordAsync(basis, layer, [key], "merge", linked.Summary).ConfigureAwait(false);
            return result with { Cached = linked.Cached, Created = linked.Created };
        }
        catch
        {
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            throw;
        }

        async Task WriteAsync()
        {
            Exception? failure = null;
            try
            {
                await _services.Layers.WriteTarAsync(source, pipe.Writer.AsStream(leaveOpen: true), cancellation).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e;
            }

            // the reading side gets the failure
            await pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
        }
    }

    private async Task<SourceTree> TreeAsync(Vertex input, VertexResult result, IStepOutput output)
    {
        switch (input.Op)
        {
            case ContextOp:
                return session.Context.Tree;
            case RemoteFileOp file:
                var directory = session.NewDirectory();
                output.Write($"Downloading {file.Address}\n");
                await new RemoteFile(_services.Http, _services.Options.MaxRemoteFileBytes).FetchAsync(file.Address, file.Name, file.Checksum, directory, cancellation).ConfigureAwait(false);
                return session.Keep(input.Digest.ToString(), new SourceTree(directory, keepOwner: false));
            default:
                return session.TreeOf(result.Snapshot);
        }
    }

    private static Digest ContentKey(Snapshot basis, CopyOp copy, List<Selection> selections, Digest checksum)
    {
        using var hasher = new OpHasher("copy/2").Add("base", basis.StateId).Add("checksum", checksum).Add("count", selections.Count);
        copy.DescribeEffect(hasher);
        return hasher.Finish();
    }

    private static string Summary(List<Selection> selections, CopyOp copy, Digest checksum)
    {
        if (selections.Count + copy.Files.Count != 1) return "multi:" + checksum.Hex;
        if (selections.Count == 1) return (selections[0].IsDirectory ? "dir:" : "file:") + checksum.Hex;
        return "file:" + Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(copy.Files[0].Content)).Hex;
    }

    private VertexResult? Cached(Snapshot basis, Digest key)
    {
        if (session.NoCache || _services.Cache.Find(key, session.Pins) is not { } record) return null;
        var snapshot = record.ChainId is { } chain ? basis.With(chain, Digest.Parse(record.DiffId!)) : basis;
        return new VertexResult(snapshot, record.Chain is not null, true, record.Created, record.Summary);
    }

    private async Task RememberAsync(Digest alias, Digest key)
    {
        if (_services.Cache.Find(key, session.Pins) is { } record) await _services.Cache.PutAsync([KeyValuePair.Create(alias, record)], cancellation).ConfigureAwait(false);
    }

    private async Task<VertexResult> RecordAsync(Snapshot basis, Storage.Layers.Layer? layer, IReadOnlyList<Digest> keys, string description, string? summary)
    {
        if (layer is not null) _services.Cache.Hold(layer.ChainId, session.Pins);
        var record = new CacheRecord
        {
            Chain = layer?.ChainId.ToString(),
            DiffId = layer?.DiffId.ToString(),
            Size = layer?.Size ?? 0,
            Created = _services.Time.GetUtcNow(),
            Summary = summary,
            Description = description.Length > 200 ? description[..200] : description,
        };
        await _services.Cache.PutAsync([.. keys.Select(k => KeyValuePair.Create(k, record))], cancellation).ConfigureAwait(false);
        return new VertexResult(layer is null ? basis : basis.With(layer.ChainId, layer.DiffId), layer is not null, false, record.Created, summary);
    }
}
