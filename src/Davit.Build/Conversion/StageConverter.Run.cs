using Davit.Build.Graph;
using Davit.Dockerfile.Instructions;
using Davit.Primitives;

namespace Davit.Build.Conversion;

/// <content>RUN.</content>
internal sealed partial class StageConverter
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private void ConvertRun(StageState state, RunInstruction run, bool isTrigger)
    {
        var (words, scripts) = Script(run.Command);
        IReadOnlyList<string> args = run.Command.IsExec ? words : [.. ShellOf(state), .. words];
        if (args.Count == 0 || args[0].Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "RUN requires at least one argument");
        var set = state.Args.Where(a => a.Value is not null && state.Environment(a.Key) is null).Select(a => (a.Key, Value: a.Value!)).ToList();
        var visible = set.Select(a => $"{a.Key}={a.Value}").Order(StringComparer.Ordinal).ToList();
        var (mounts, inputs, reads) = Mounts(state, run);
        var env = (state.Config.Env ?? []).ToList();
        if (state.Environment("PATH") is null) env.Insert(0, "PATH=" + DefaultPath);
        var op = new ExecOp
        {
            Args = args,
            Env = [.. env, .. visible],
            TransientEnv = Transient(state, set.Select(a => a.Key)),
            WorkingDirectory = state.Config.WorkingDir is { Length: > 0 } directory ? directory : "/",
            User = state.Config.User ?? "",
            Network = run.Network is null or "default" ? request.Network is "" ? "default" : request.Network : run.Network,
            ExtraHosts = request.ExtraHosts,
            ShmSize = request.ShmSize,
            Limits = request.Limits,
            Mounts = mounts,
            Scripts = scripts,
        };
        var vertex = new Vertex(op, [state.FileSystem, .. inputs]);
        state.FileSystem = vertex;
        var text = string.Join(' ', args);
        var history = visible.Count > 0 ? $"|{visible.Count} {string.Join(' ', visible)} {text}" : text;
        Add(state, run, isTrigger, new()
        {
            Text = "", Source = _source, Range = run.Range, Vertex = vertex, Reads = reads, Config = state.Config, CreatedBy = _ => history, Command = text,
        });
    }

    /// <summary>Here-documents: alone they are the script, or a program of their own when they begin with <c>#!</c>; else the shell gets them as they stand.</summary>
    private static (IReadOnlyList<string> Words, IReadOnlyList<InlineFile> Scripts) Script(CommandLine command)
    {
        if (command.Heredocs.Count == 0) return (command.Words, []);
        var line = command.Words[0];
        if (command.Heredocs.Count == 1 && Dockerfile.Syntax.Heredoc.TryParseOpening(line.Trim()) is not null)
        {
            var heredoc = command.Heredocs[0];
            return heredoc.Content.StartsWith("#!", StringComparison.Ordinal)
                ? (["/dev/pipes/" + heredoc.Name], [new InlineFile(heredoc.Name, heredoc.Text)])
                : ([heredoc.Text], []);
        }

        return ([line + string.Concat(command.Heredocs.Select(h => "\n" + h.Content + h.Name))], []);
    }

    private List<string> Transient(StageState state, IEnumerable<string> declared)
    {
        var known = declared.ToHashSet(StringComparer.Ordinal);
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in proxies.Concat(arguments.ProxySettings())) result[name] = value;

        // programs disagree on the case
        foreach (var (name, value) in result.ToList())
        {
            result.TryAdd(name.ToUpperInvariant(), value);
            result.TryAdd(name.ToLowerInvariant(), value);
        }

        return [.. result.Where(p => !known.Contains(p.Key) && state.Environment(p.Key) is null).Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal)];
    }

    /// <summary>The classic protocol carries neither secrets nor an agent: without them a step runs as with a client that gives none, unless it requires them.</summary>
    private void RefuseRequired(StageState state, RunInstruction run, RunMount mount)
    {
        if (!mount.Required) return;
        var id = mount.CacheId is { } given ? Word(state, given, run) : mount.Kind == RunMountKind.Ssh ? "default" : Word(state, mount.Target, run).Split('/')[^1];
        throw mount.Kind == RunMountKind.Ssh
            ? new DavitException(ErrorKind.NotFound, $"no SSH key \"{id}\" forwarded from the client", "the classic protocol forwards no agent")
            : new DavitException(ErrorKind.NotFound, $"secret {id}: not found", "the classic protocol carries no secrets");
    }

    private (List<ExecMount> Mounts, List<Vertex> Inputs, List<int> Reads) Mounts(StageState state, RunInstruction run)
    {
        var (mounts, inputs, reads) = (new List<ExecMount>(), new List<Vertex>(), new List<int>());
        foreach (var written in run.Mounts)
        {
            if (written.Kind is RunMountKind.Secret or RunMountKind.Ssh)
            {
                RefuseRequired(state, run, written);
                continue;
            }

            var target = Word(state, written.Target, run);
            if (target.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "RUN --mount: target is empty");
            var absolute = "/" + Trees.Selector.Clean(target.StartsWith('/') ? target : $"{state.Config.WorkingDir ?? "/"}/{target}");
            if (absolute == "/") throw new DavitException(ErrorKind.InvalidArgument, $"invalid mount target \"{written.Target}\"", "the root itself cannot be mounted over");
            var mount = written with
            {
                Target = absolute,
                Source = "/" + Trees.Selector.Clean(Word(state, written.Source, run)),
                CacheId = written.CacheId is null ? null : Word(state, written.CacheId, run),
            };
            var input = -1;
            if (mount.Kind == RunMountKind.Bind || mount.From is not null)
            {
                var from = mount.From is null ? new StageInput(context, -1) : find(mount.From);
                inputs.Add(from.Vertex);
                input = inputs.Count;
                if (from.Stage >= 0) reads.Add(from.Stage);
            }

            mounts.Add(new ExecMount(input, mount));
        }

        return (mounts, inputs, reads);
    }
}
