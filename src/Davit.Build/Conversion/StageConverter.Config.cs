using System.Globalization;
using System.Text;
using Davit.Build.Graph;
using Davit.Linux.Signals;
using Davit.Dockerfile.Instructions;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Build.Conversion;

/// <content>Instructions that change the configuration.</content>
internal sealed partial class StageConverter
{
    private void ConvertArg(StageState state, ArgInstruction arg, bool isTrigger)
    {
        var comment = new StringBuilder("ARG");
        foreach (var pair in arg.Args)
        {
            var name = Word(state, pair.Key, arg);
            var fallback = pair.Value is null ? null : Word(state, pair.Value, arg);
            state.SetArg(name, arguments.InStage(name, fallback));
            WarnOfSecret("ARG", name, arg.Range);
            comment.Append(' ').Append(name);
            if (fallback is not null) comment.Append('=').Append(fallback);
        }

        AddConfigStep(state, arg, comment.ToString(), isTrigger);
    }

    private void ConvertEnv(StageState state, EnvInstruction env, bool isTrigger)
    {
        // all values see the variables as they were before the instruction
        var pairs = env.Pairs.Select(p => (Key: Word(state, p.Key, env), Value: Word(state, p.Value!, env))).ToList();
        foreach (var (key, value) in pairs)
        {
            state.SetEnvironment(key, value);
            WarnOfSecret("ENV", key, env.Range);
        }

        AddConfigStep(state, env, "ENV" + string.Concat(pairs.Select(p => $" {p.Key}={p.Value}")), isTrigger);
    }

    private void ConvertLabel(StageState state, LabelInstruction label, bool isTrigger)
    {
        var labels = new Dictionary<string, string>(state.Config.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        var comment = new StringBuilder("LABEL");
        foreach (var pair in label.Pairs)
        {
            var (key, value) = (Word(state, pair.Key, label), Word(state, pair.Value!, label));
            labels[key] = value;
            comment.Append(' ').Append(key).Append('=').Append(value);
        }

        state.Config = state.Config with { Labels = labels };
        AddConfigStep(state, label, comment.ToString(), isTrigger);
    }

    private void ConvertCmd(StageState state, CmdInstruction cmd, bool isTrigger)
    {
        var command = cmd.Command.Words.Count == 0 ? [] : CommandOf(state, cmd.Command);
        state.Config = state.Config with { Cmd = command };
        state.CmdSet |= command.Count > 0;
        AddConfigStep(state, cmd, "CMD " + Quoted(command), isTrigger);
    }

    private void ConvertEntrypoint(StageState state, EntrypointInstruction entrypoint, bool isTrigger)
    {
        var command = entrypoint.Command.Words.Count == 0 ? null : CommandOf(state, entrypoint.Command);
        state.Config = state.Config with { Entrypoint = command, Cmd = state.CmdSet ? state.Config.Cmd : null };
        AddConfigStep(state, entrypoint, "ENTRYPOINT " + Quoted(command ?? []), isTrigger);
    }

    private void ConvertExpose(StageState state, ExposeInstruction expose, bool isTrigger)
    {
        var words = expose.Ports.SelectMany(p => Expansion.Words(_escape, state.Lookup, p, _source, expose.Range)).ToList();
        state.Config = state.Config with { ExposedPorts = With(state.Config.ExposedPorts, words.SelectMany(PortList.Parse)) };
        AddConfigStep(state, expose, "EXPOSE " + string.Join(' ', words), isTrigger);
    }

    private void ConvertVolume(StageState state, VolumeInstruction volume, bool isTrigger)
    {
        var paths = volume.Paths.Select(p => Word(state, p, volume)).ToList();
        if (paths.Any(string.IsNullOrWhiteSpace)) throw new DavitException(ErrorKind.InvalidArgument, "VOLUME specified can not be an empty string");
        state.Config = state.Config with { Volumes = With(state.Config.Volumes, paths) };
        AddConfigStep(state, volume, $"VOLUME [{string.Join(' ', paths)}]", isTrigger);
    }

    private void ConvertHealthcheck(StageState state, HealthcheckInstruction check, bool isTrigger)
    {
        if (state.Config.Healthcheck?.Test is { Count: > 0 } old && old[0] != "NONE") _notes.Add($"Note: overriding previous HEALTHCHECK: [{string.Join(' ', old)}]");
        state.Config = state.Config with
        {
            Healthcheck = new ImageHealthcheck
            {
                Test = check.Test,
                Interval = Nanoseconds(check.Interval),
                Timeout = Nanoseconds(check.Timeout),
                StartPeriod = Nanoseconds(check.StartPeriod),
                StartInterval = Nanoseconds(check.StartInterval),
                Retries = check.Retries == 0 ? null : check.Retries,
            },
        };
        AddConfigStep(state, check, "HEALTHCHECK " + check.Original[(check.Original.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim(), isTrigger);
    }

    private void ConvertStopSignal(StageState state, StopSignalInstruction stop, bool isTrigger)
    {
        var signal = Word(state, stop.Signal, stop);
        if (!SignalNames.TryParse(signal, out _)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid signal: {signal}", "a signal is a number from 1 to 64 or a name as SIGTERM");
        state.Config = state.Config with { StopSignal = signal };
        AddConfigStep(state, stop, "STOPSIGNAL " + signal, isTrigger);
    }

    private void ConvertWorkdir(StageState state, WorkdirInstruction workdir, bool isTrigger)
    {
        var path = Word(state, workdir.Path, workdir);
        if (path.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "cannot normalize nothing");
        var absolute = "/" + Trees.Selector.Clean(path.StartsWith('/') ? path : $"{state.Config.WorkingDir ?? "/"}/{path}");
        state.Config = state.Config with { WorkingDir = absolute };
        var text = $"{string.Join(' ', ShellOf(state))} #(nop) WORKDIR {absolute}";
        Vertex? vertex = null;
        if (absolute != "/") state.FileSystem = vertex = new Vertex(new MakeDirectoryOp(absolute), state.FileSystem);
        Add(state, workdir, isTrigger, new() { Text = "", Source = _source, Range = workdir.Range, Vertex = vertex, Config = state.Config, CreatedBy = _ => text });
    }

    private static long? Nanoseconds(TimeSpan time) => time == TimeSpan.Zero ? null : time.Ticks * 100;

    /// <summary>A list of strings as Go's %q writes it.</summary>
    private static string Quoted(IReadOnlyList<string> words)
    {
        var text = new StringBuilder("[");
        foreach (var word in words)
        {
            if (text.Length > 1) text.Append(' ');
            text.Append('"');
            foreach (var c in word)
            {
                text.Append(c switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\t' => "\\t",
                    '\r' => "\\r",
                    < ' ' or '\x7f' => "\\x" + ((int)c).ToString("x2", CultureInfo.InvariantCulture),
                    _ => c.ToString(),
                });
            }

            text.Append('"');
        }

        return text.Append(']').ToString();
    }
}
