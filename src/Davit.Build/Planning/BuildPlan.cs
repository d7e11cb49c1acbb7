using Davit.Build.Conversion;
using Davit.Dockerfile;
using Davit.Dockerfile.Instructions;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Build.Planning;

/// <summary>Which stages a build needs, and what they stand on. Stages that the target does not reach are never looked at again.</summary>
internal sealed class BuildPlan
{
    private readonly Dictionary<int, PlannedStage> _stages = [];
    private readonly ParsedDockerfile _file;
    private readonly BuildArguments _arguments;
    private readonly int _target;

    private BuildPlan(ParsedDockerfile file, BuildArguments arguments, int target) => (_file, _arguments, _target) = (file, arguments, target);

    /// <summary>Needed stages in the order of the file.</summary>
    public IReadOnlyList<PlannedStage> Stages => [.. _stages.OrderBy(s => s.Key).Select(s => s.Value)];

    /// <summary>The stage that becomes the image.</summary>
    public PlannedStage Target => _stages[_target];

    /// <summary>Plans.</summary>
    /// <exception cref="DavitException">InvalidArgument: no such target, a reference to a later stage …</exception>
    public static BuildPlan Create(ParsedDockerfile file, BuildArguments arguments, string? target)
    {
        var index = IndexOf(file, target);
        var plan = new BuildPlan(file, arguments, index);
        plan.Visit(index);
        return plan;
    }

    /// <summary>The stage that a <c>--from</c> in another stage means; null for an image.</summary>
    public static Stage? StageOf(ParsedDockerfile file, string from, int within)
    {
        if (from.Contains('$', StringComparison.Ordinal))
        {
            throw new DavitException(ErrorKind.InvalidArgument, "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround");
        }

        if (int.TryParse(from, out var index))
        {
            if (index == within) throw new DavitException(ErrorKind.InvalidArgument, $"invalid from flag value {from}: refers to current build block");
            if (index < 0 || index > within) throw new DavitException(ErrorKind.InvalidArgument, $"invalid from flag value {from}: index out of bounds", $"stages before this one have the numbers 0 to {within - 1}");
            return file.Stages[index];
        }

        if (file.FindStage(from, within) is { } stage) return stage;
        if (from.Equals(file.Stages[within].From.Name, StringComparison.OrdinalIgnoreCase)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid from flag value {from}: refers to current build block");
        return file.FindStage(from) is { } later
            ? throw new DavitException(ErrorKind.InvalidArgument, $"invalid from flag value {from}: the stage begins later, on line {later.From.Range.Start}", "a stage reads from stages above it") : null;
    }

    private static int IndexOf(ParsedDockerfile file, string? target)
    {
        if (string.IsNullOrEmpty(target)) return file.Stages.Count - 1;
        if (file.FindStage(target) is { } stage) return stage.Index;
        if (int.TryParse(target, out var index) && index >= 0 && index < file.Stages.Count) return index;
        var names = file.Stages.Select(s => s.Name).ToList();
        throw new DavitException(ErrorKind.InvalidArgument, $"target stage \"{target}\" could not be found", $"the stages are {string.Join(", ", names)}");
    }

    private void Visit(int index)
    {
        if (_stages.ContainsKey(index)) return;
        var stage = _file.Stages[index];
        var planned = Plan(stage);
        _stages[index] = planned;
        if (planned.BaseStage >= 0) Visit(planned.BaseStage);
        foreach (var instruction in stage.Instructions)
        {
            foreach (var from in References(instruction))
            {
                try
                {
                    if (StageOf(_file, from, index) is { } source) Visit(source.Index);
                }
                catch (DavitException e)
                {
                    throw DockerfileError.At(_file.Source, instruction.Range, e, from);
                }
            }
        }
    }

    private PlannedStage Plan(Stage stage)
    {
        var from = stage.From;
        var escape = _file.Directives.Escape;
        var name = Expansion.Word(escape, _arguments.Global, from.Base, _file.Source, from.Range);
        if (name.Length == 0)
        {
            throw DockerfileError.At(_file.Source, from.Range, new DavitException(ErrorKind.InvalidArgument, $"base name ({from.Base}) should not be blank", "give its ARG a default before the first FROM, or use --build-arg"), from.Base);
        }

        var platform = from.Platform is null ? null : Expansion.Word(escape, _arguments.Global, from.Platform, _file.Source, from.Range);
        var based = _file.FindStage(name, stage.Index);
        try
        {
            if (based is null && name != "scratch" && !IsImageId(name) && !Reference.TryParse(name, out _, out var problem))
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"failed to parse stage name \"{name}\": {problem}");
            }

            return new PlannedStage { Stage = stage, BaseName = name, BaseStage = based?.Index ?? -1, Platform = string.IsNullOrEmpty(platform) ? null : Platform.Parse(platform) };
        }
        catch (DavitException e)
        {
            throw DockerfileError.At(_file.Source, from.Range, e, from.Base);
        }
    }

    private static bool IsImageId(string name) => Digest.TryParse(name, out _);

    /// <summary>Stages and images that an instruction reads from.</summary>
    public static IEnumerable<string> References(Instruction instruction) => instruction switch
    {
        CopyInstruction { From: { } from } => [from],
        RunInstruction run => run.Mounts.Where(m => m.From is not null).Select(m => m.From!),
        _ => [],
    };
}
