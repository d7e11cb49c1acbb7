using Davit.Build.Conversion;
using Davit.Build.Graph;
using Davit.Build.Output;
using Davit.Build.Planning;
using Davit.Build.Solving;
using Davit.Dockerfile;
using Davit.Dockerfile.Instructions;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Build;

/// <summary>Finds the images of a build and converts its stages to steps.</summary>
internal sealed class StagePreparation(ParsedDockerfile file, BuildPlan plan, BuildArguments arguments, BuildRequest request, BuilderServices services, Vertex context, IProgress<ProgressEvent> progress)
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly Dictionary<int, PreparedStage> _prepared = [];
    private readonly Dictionary<string, ResolvedImage> _images = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<PreparedStage>> PrepareAsync(CancellationTokenSource stop)
    {
        var stages = plan.Stages;
        var total = file.GlobalArgs.Count + stages.Sum(s => 1 + s.Stage.Instructions.Count) + (request.Labels.Count > 0 ? 1 : 0);
        var number = 0;
        foreach (var arg in file.GlobalArgs) progress.Report(new ProgressEvent { Stream = $"Step {++number}/{total} : {arg.Original}\n" });
        var output = new OrderedOutput(progress, stages.Count);
        var voices = stages.Select((s, i) => new StageOutput(output, i)).ToList();
        var first = new List<int>();
        for (var i = 0; i < stages.Count; i++)
        {
            first.Add(++number);
            voices[i].Line($"Step {number}/{total} : {stages[i].Stage.From.Original}");
            number += stages[i].Stage.Instructions.Count;
        }

        var resolver = new ImageResolver(services.Images, request, stop.Token);
        var bases = await ResolveAsync(resolver, voices, stop).ConfigureAwait(false);
        for (var i = 0; i < stages.Count; i++) _prepared[stages[i].Stage.Index] = Prepare(stages[i], bases[i], voices[i], first[i], total);
        return [.. stages.Select(s => _prepared[s.Stage.Index])];
    }

    /// <summary>All images side by side: bases first, then those that are copied from, which may stand in a base's triggers.</summary>
    private async Task<ResolvedImage?[]> ResolveAsync(ImageResolver resolver, List<StageOutput> voices, CancellationTokenSource stop)
    {
        try
        {
            var bases = await Task.WhenAll(plan.Stages.Select((s, i) => BaseAsync(resolver, s, voices[i]))).ConfigureAwait(false);
            var reads = plan.Stages.SelectMany((s, i) => Reads(s, bases[i]).Select(r => (Stage: s, r.From, r.Range, Voice: voices[i]))).DistinctBy(r => r.From).ToList();
            var images = await Task.WhenAll(reads.Select(r => ImageAsync(resolver, r.From, null, r.Range, r.Voice))).ConfigureAwait(false);
            for (var i = 0; i < reads.Count; i++) _images[reads[i].From] = images[i];
            return bases;
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var voice in voices) voice.TellNow();
            throw;
        }
    }

    private async Task<ResolvedImage?> BaseAsync(ImageResolver resolver, PlannedStage stage, StageOutput voice)
    {
        if (stage.BaseStage >= 0) return null;
        return stage.IsScratch ? resolver.Scratch(stage.Platform) : await ImageAsync(resolver, stage.BaseName, stage.Platform, stage.Stage.From.Range, voice).ConfigureAwait(false);
    }

    private async Task<ResolvedImage> ImageAsync(ImageResolver resolver, string name, Oci.Platform? platform, LineRange range, StageOutput voice)
    {
        try
        {
            return name == "scratch" ? resolver.Scratch(platform) : await resolver.ResolveAsync(name, platform, voice).ConfigureAwait(false);
        }
        catch (DavitException e)
        {
            throw DockerfileError.At(file.Source, range, e, name);
        }
    }

    /// <summary>Images that the instructions of a stage copy from.</summary>
    private IEnumerable<(string From, LineRange Range)> Reads(PlannedStage stage, ResolvedImage? basis)
    {
        var triggers = (basis?.Config.Config.OnBuild ?? []).Select(t => DockerfileParser.ParseInstruction("onbuild trigger", t)).Select(t => t with { Range = stage.Stage.From.Range });
        foreach (var instruction in triggers.Concat(stage.Stage.Instructions))
        {
            foreach (var from in BuildPlan.References(instruction))
            {
                if (BuildPlan.StageOf(file, from, stage.Stage.Index) is null) yield return (from, instruction.Range);
            }
        }
    }

    private PreparedStage Prepare(PlannedStage stage, ResolvedImage? image, StageOutput voice, int firstStep, int total)
    {
        var basis = stage.BaseStage >= 0 ? _prepared[stage.BaseStage] : null;
        var state = basis?.End.Continue() ?? new StageState { FileSystem = image!.Vertex, Config = image.Config.Config, Author = image.Config.Author };
        if (state.Environment("PATH") is null) state.Config = state.Config with { Env = [DefaultPath, .. state.Config.Env ?? []] };
        var initial = state.Config;
        var converter = new StageConverter(request, arguments, context, services.Options.Proxies, from => Find(from, stage.Stage.Index));
        converter.ConvertTriggers(state, state.Config.OnBuild ?? []);
        var steps = converter.Convert(state, file.Source, file.Directives.Escape, InstructionsOf(stage));
        return new PreparedStage
        {
            Planned = stage,
            Output = voice,
            FirstStep = firstStep,
            TotalSteps = total,
            Steps = steps,
            Basis = image is null ? new StageResult(new ImageConfig(), Snapshot.Empty, null) : BasisOf(image),
            InitialConfig = initial with { OnBuild = null },
            BaseImage = basis?.BaseImage ?? image?.Image,
            End = state,
            Warnings = [.. converter.Warnings],
        };
    }

    private static StageResult BasisOf(ResolvedImage image)
    {
        var source = (ImageOp)image.Vertex.Op;
        return new StageResult(image.Config, new Snapshot(source.Chain, source.DiffIds), image.Image?.Id);
    }

    /// <summary>The stage's instructions; <c>--label</c> is one more at the end of the target.</summary>
    private IEnumerable<Instruction> InstructionsOf(PlannedStage stage)
    {
        if (stage != plan.Target || request.Labels.Count == 0) return stage.Stage.Instructions;
        var pairs = request.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        var label = new LabelInstruction([.. pairs.Select(p => new KeyValue(Literal(p.Key), Literal(p.Value)))])
        {
            Original = "LABEL " + string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")),
            Range = stage.Stage.From.Range,
        };
        return stage.Stage.Instructions.Append(label);
    }

    private string Literal(string text)
    {
        var escape = file.Directives.Escape;
        return string.Concat(text.Select(c => c == escape || c is '$' or '"' or '\'' ? $"{escape}{c}" : c.ToString()));
    }

    private StageInput Find(string from, int within)
    {
        if (BuildPlan.StageOf(file, from, within) is not { } stage) return new StageInput(_images[from].Vertex, -1);
        return _prepared.TryGetValue(stage.Index, out var prepared) ? new StageInput(prepared.End.FileSystem, stage.Index)
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid from flag value {from}: an ONBUILD trigger reads a stage that nothing else in the build needs");
    }
}
