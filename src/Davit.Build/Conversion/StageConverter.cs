using Davit.Build.Graph;
using Davit.Dockerfile;
using Davit.Dockerfile.Instructions;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Build.Conversion;

/// <summary>Turns the instructions of one stage into steps and vertices.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="arguments">Build arguments.</param>
/// <param name="context">The context's vertex.</param>
/// <param name="proxies">The daemon's proxy settings, which RUN sees.</param>
/// <param name="find">Finds what a <c>--from</c> stands for.</param>
internal sealed partial class StageConverter(BuildRequest request, BuildArguments arguments, Vertex context, IReadOnlyDictionary<string, string> proxies, Func<string, StageInput> find)
{
    private static readonly string[] DefaultShell = ["/bin/sh", "-c"];

    private readonly List<Step> _steps = [];
    private readonly List<string> _notes = [];
    private SourceText _source = new("", "");
    private char _escape = '\\';

    /// <summary>What deserves a warning at the end.</summary>
    public IList<string> Warnings { get; } = [];

    /// <summary>Converts; the state ends as the stage does.</summary>
    public IReadOnlyList<Step> Convert(StageState state, SourceText source, char escape, IEnumerable<Instruction> instructions)
    {
        (_source, _escape) = (source, escape);
        foreach (var instruction in instructions)
        {
            try
            {
                Convert(state, instruction, isTrigger: false);
            }
            catch (DavitException e)
            {
                throw DockerfileError.At(_source, instruction.Range, e);
            }
        }

        return _steps;
    }

    /// <summary>Converts the ONBUILD triggers of the base image.</summary>
    public void ConvertTriggers(StageState state, IReadOnlyList<string> triggers)
    {
        state.Config = state.Config with { OnBuild = null };
        if (triggers.Count == 0) return;
        _notes.Add($"# Executing {triggers.Count} build trigger{(triggers.Count > 1 ? "s" : "")}");
        foreach (var trigger in triggers)
        {
            _source = new SourceText("ONBUILD trigger of the base image", trigger);
            var instruction = DockerfileParser.ParseInstruction("onbuild trigger", trigger);
            try
            {
                Convert(state, instruction, isTrigger: true);
            }
            catch (DavitException e)
            {
                throw DockerfileError.At(_source, instruction.Range, e);
            }
        }
    }

    private void Convert(StageState state, Instruction instruction, bool isTrigger)
    {
        switch (instruction)
        {
            case ArgInstruction arg: ConvertArg(state, arg, isTrigger); break;
            case EnvInstruction env: ConvertEnv(state, env, isTrigger); break;
            case LabelInstruction label: ConvertLabel(state, label, isTrigger); break;
            case RunInstruction run: ConvertRun(state, run, isTrigger); break;
            case CopyInstruction copy: ConvertCopy(state, copy, isTrigger); break;
            case AddInstruction add: ConvertAdd(state, add, isTrigger); break;
            case WorkdirInstruction workdir: ConvertWorkdir(state, workdir, isTrigger); break;
            case CmdInstruction cmd: ConvertCmd(state, cmd, isTrigger); break;
            case EntrypointInstruction entrypoint: ConvertEntrypoint(state, entrypoint, isTrigger); break;
            case ExposeInstruction expose: ConvertExpose(state, expose, isTrigger); break;
            case VolumeInstruction volume: ConvertVolume(state, volume, isTrigger); break;
            case HealthcheckInstruction healthcheck: ConvertHealthcheck(state, healthcheck, isTrigger); break;
            case StopSignalInstruction stopSignal: ConvertStopSignal(state, stopSignal, isTrigger); break;
            case UserInstruction user:
                state.Config = state.Config with { User = Word(state, user.User, user) };
                AddConfigStep(state, user, $"USER {state.Config.User}", isTrigger);
                break;
            case ShellInstruction shell:
                state.Config = state.Config with { Shell = shell.Shell };
                AddConfigStep(state, shell, $"SHELL [{string.Join(' ', shell.Shell)}]", isTrigger);
                break;
            case OnbuildInstruction onbuild:
                state.Config = state.Config with { OnBuild = [.. state.Config.OnBuild ?? [], onbuild.Trigger] };
                AddConfigStep(state, onbuild, $"ONBUILD {onbuild.Trigger}", isTrigger);
                break;
            case MaintainerInstruction maintainer:
                state.Author = maintainer.Name;
                AddConfigStep(state, maintainer, $"MAINTAINER {maintainer.Name}", isTrigger);
                break;
            default:
                throw new DavitException(ErrorKind.Internal, $"no conversion for {instruction.Original}");
        }
    }

    private string Word(StageState state, string text, Instruction at) => Expansion.Word(_escape, state.Lookup, text, _source, at.Range);

    private IReadOnlyList<string> ShellOf(StageState state) => state.Config.Shell is { Count: > 0 } shell ? shell : DefaultShell;

    private IReadOnlyList<string> CommandOf(StageState state, CommandLine command) => command.IsExec ? command.Words : [.. ShellOf(state), .. command.Words];

    /// <summary>An instruction that changes only the configuration.</summary>
    private void AddConfigStep(StageState state, Instruction instruction, string comment, bool isTrigger)
    {
        var text = $"{string.Join(' ', ShellOf(state))} #(nop)  {comment}";
        Add(state, instruction, isTrigger, new() { Text = "", Source = _source, Range = instruction.Range, Config = state.Config, CreatedBy = _ => text });
    }

    private void Add(StageState state, Instruction instruction, bool isTrigger, Step step)
    {
        _steps.Add(step with
        {
            Text = isTrigger ? null : instruction.Original,
            Source = _source,
            Range = instruction.Range,
            Config = state.Config,
            Author = state.Author,
            Notes = [.. _notes, .. step.Notes],
        });
        _notes.Clear();
    }

    private void WarnOfSecret(string instruction, string name, LineRange range)
    {
        if (SecretNames.Matches(name)) Warnings.Add($"SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data ({instruction} \"{name}\") (line {range.Start})");
    }

    private static Dictionary<string, EmptyObject> With(IReadOnlyDictionary<string, EmptyObject>? set, IEnumerable<string> keys)
    {
        var result = new Dictionary<string, EmptyObject>(set ?? new Dictionary<string, EmptyObject>(), StringComparer.Ordinal);
        foreach (var key in keys) result[key] = new EmptyObject();
        return result;
    }
}
