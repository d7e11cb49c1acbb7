using Davit.Build.Conversion;
using Davit.Build.Graph;
using Davit.Build.Output;
using Davit.Build.Planning;
using Davit.Build.Solving;
using Davit.Dockerfile;
using Davit.Dockerfile.Instructions;
using Davit.Images;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Build;

/// <summary>One build from its Dockerfile to the recorded image.</summary>
internal sealed class BuildRun(BuildSession session, BuildRequest request, IExecutor executor, IProgress<ProgressEvent> progress)
{
    private readonly BuilderServices _services = session.Services;
    private readonly Vertex _context = new(new ContextOp());
    private readonly IProgress<ProgressEvent> _progress = request.Quiet ? new Silence() : progress;

    public async Task<Image> RunAsync(CancellationToken cancellation)
    {
        var name = string.IsNullOrEmpty(request.Dockerfile) ? "Dockerfile" : request.Dockerfile;
        var file = DockerfileParser.Parse(name, session.Context.ReadDockerfile(name));
        session.Context.ApplyIgnore(name);
        var target = request.Platform ?? Platform.Host;
        var arguments = new BuildArguments(request.BuildArgs, target);
        foreach (var arg in file.GlobalArgs) arguments.Declare(arg, file.Source, file.Directives.Escape);
        var plan = BuildPlan.Create(file, arguments, request.Target);
        foreach (var warning in file.Warnings) Say($"[Warning] {warning}\n");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var stages = await new StagePreparation(file, plan, arguments, request, _services, _context, _progress).PrepareAsync(stop).ConfigureAwait(false);
        var result = await SolveAsync(stages, stop).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        foreach (var warning in stages.SelectMany(s => s.Warnings).Distinct()) Say($"[Warning] {warning}\n");
        if (arguments.Unconsumed() is { Count: > 0 } unused) Say($"[Warning] One or more build-args [{string.Join(' ', unused)}] were not consumed\n");
        return await ExportAsync(result, stages.Single(s => s.Planned == plan.Target).BaseImage, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs all stages side by side; each waits for those that it begins from or reads. The first failure ends the others.</summary>
    private async Task<StageResult> SolveAsync(IReadOnlyList<PreparedStage> stages, CancellationTokenSource stop)
    {
        var solver = new Solver(session, executor, stop.Token);
        var running = new Dictionary<int, Task<StageResult>>();
        Exception? failure = null;
        var gate = new Lock();
        lock (gate)
        {
            foreach (var stage in stages) running[stage.Index] = RunStageAsync(stage);
        }

        try
        {
            await Task.WhenAll(running.Values).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // the first failure, not the cancellations that follow from it
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure ?? e);
        }

        return await running[stages[^1].Index].ConfigureAwait(false);

        async Task<StageResult> RunStageAsync(PreparedStage stage)
        {
            await Task.Yield();
            try
            {
                var basis = stage.Planned.BaseStage >= 0 ? await Wait(stage.Planned.BaseStage).ConfigureAwait(false) : stage.Basis;
                var runner = new StageRunner(session, solver, stage.Output, stage.FirstStep, stage.TotalSteps);
                var result = await runner.RunAsync(stage.Steps, basis with { Config = basis.Config with { Config = stage.InitialConfig } }, Wait, stop.Token).ConfigureAwait(false);
                stage.Output.Finish();
                return result;
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    if (failure is null)
                    {
                        failure = e;
                        if (e is DavitException) stage.Output.TellNow();
                    }
                }

                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }

        async Task<StageResult> Wait(int index)
        {
            Task<StageResult> other;
            lock (gate) other = running[index];
            return await other.WaitAsync(stop.Token).ConfigureAwait(false);
        }
    }

    private async Task<Image> ExportAsync(StageResult result, Image? parent, CancellationToken cancellation)
    {
        await _services.Layers.FlushAsync(result.Snapshot.Chain, cancellation).ConfigureAwait(false);
        var image = await _services.Images.CreateAsync(result.Config, request.Tags, parent?.Id, cancellation).ConfigureAwait(false);
        Report(new ProgressEvent { AuxJson = $"{{\"ID\":\"{image.Id}\"}}" });
        Say($"Successfully built {image.Id.Short}\n");
        foreach (var tag in request.Tags) Say($"Successfully tagged {tag.Familiar}\n");
        return image;
    }

    private void Say(string text) => Report(new ProgressEvent { Stream = text });

    private void Report(ProgressEvent item) => _progress.Report(item);

    private sealed class Silence : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value)
        {
        }
    }
}
