using System.Text.Json;
using Davit.Build.Cache;
using Davit.Build.Conversion;
using Davit.Build.Graph;
using Davit.Build.Output;
using Davit.Dockerfile;
using Davit.Linux;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Build.Solving;

/// <summary>Carries out the steps of one stage in order, tells them as Docker does, and keeps the history.</summary>
internal sealed class StageRunner(BuildSession session, Solver solver, StageOutput output, int firstStep, int totalSteps)
{
    private readonly List<KeyValuePair<Digest, CacheRecord>> _records = [];
    private readonly BuildCache _cache = session.Services.Cache;
    private bool _isNew;

    /// <param name="steps">What to do.</param>
    /// <param name="basis">What it begins from.</param>
    /// <param name="readStage">Waits for another stage's result.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<StageResult> RunAsync(IReadOnlyList<Step> steps, StageResult basis, Func<int, Task> readStage, CancellationToken cancellation)
    {
        var result = basis;
        output.Line($" ---> {basis.Id?.Short}");
        var state = Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(basis.Id?.ToString() ?? "scratch"));
        var number = firstStep;
        try
        {
            foreach (var step in steps)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var note in step.Notes) output.Line(note);
                if (step.Text is not null) output.Line($"Step {++number}/{totalSteps} : {step.Text}");
                try
                {
                    foreach (var stage in step.Reads) await readStage(stage).ConfigureAwait(false);
                    (result, state) = await StepAsync(step, result, state).ConfigureAwait(false);
                }
                catch (DavitException e)
                {
                    throw DockerfileError.At(step.Source, step.Range, e);
                }
                catch (LinuxException e)
                {
                    throw DockerfileError.At(step.Source, step.Range, e.ToDavitException("build step failed"));
                }

                output.Line($" ---> {result.Id?.Short}");
            }

            return result;
        }
        finally
        {
            await _cache.PutAsync(_records, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<(StageResult Result, Digest State)> StepAsync(Step step, StageResult before, Digest state)
    {
        if (step.Vertex is { } vertex)
        {
            var solved = await solver.SolveAsync(vertex, output).ConfigureAwait(false);
            if (solved.Cached) output.Line(" ---> Using cache");
            else _isNew = true;
            var text = step.CreatedBy(solved.Summary);
            var layered = Extend(before, step, text, solved.Created, solved.Snapshot, emptyLayer: !solved.Changed);
            return (layered, Next(state, text, solved.Snapshot, step));
        }

        var comment = step.CreatedBy(null);
        var key = Next(state, comment, before.Snapshot, step);
        var known = session.NoCache || _isNew ? null : _cache.Find(key, session.Pins);
        if (known is not null) output.Line(" ---> Using cache");
        else _isNew = true;
        var created = known?.Created ?? session.Services.Time.GetUtcNow();
        if (known is null) _records.Add(KeyValuePair.Create(key, new CacheRecord { Created = created, Description = comment }));
        return (Extend(before, step, comment, created, before.Snapshot, emptyLayer: true), key);
    }

    private static Digest Next(Digest state, string text, Snapshot snapshot, Step step)
    {
        using var hasher = new OpHasher("step").Add("before", state).Add("text", text).Add("state", snapshot.StateId);
        hasher.Add("config", System.Text.Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(step.Config, ImageJson.Default.ImageRunConfig))).Add("author", step.Author);
        return hasher.Finish();
    }

    private static StageResult Extend(StageResult before, Step step, string createdBy, DateTimeOffset created, Snapshot snapshot, bool emptyLayer)
    {
        var config = before.Config with
        {
            Created = created,
            Author = step.Author,
            Config = step.Config,
            RootFs = new ImageRootFs { DiffIds = snapshot.DiffIds },
            History = [.. before.Config.History, new ImageHistory { Created = created, CreatedBy = createdBy, Author = step.Author, EmptyLayer = emptyLayer }],
        };
        return new StageResult(config, snapshot, Digest.Sha256(JsonSerializer.SerializeToUtf8Bytes(config, ImageJson.Default.ImageConfig)));
    }
}
