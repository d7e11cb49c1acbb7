using System.Text.Json;
using Davit.Linux.Signals;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The commands.</summary>
internal static class OciCommands
{
    private const int Killed = 137;

    internal static int Run(OciContainers containers, string command, OptionSet options) => command switch
    {
        "create" => Do(() => containers.Create(Request(options, command))),
        "start" => Do(() => containers.Start(options.Rest[0])),
        "run" => RunOne(containers, options),
        "state" => State(containers, options.Rest[0]),
        "kill" => options.Has("regex") ? MatchingContainers.Run(containers, options.Rest[0], id => Kill(containers, id, options)) : Do(() => Kill(containers, options.Rest[0], options)),
        "delete" => options.Has("regex") ? MatchingContainers.Run(containers, options.Rest[0], id => containers.Delete(id, options.Has("force"))) : Do(() => containers.Delete(options.Rest[0], options.Has("force"))),
        "exec" => ExecCommand.Run(containers, options),
        "ps" => PsCommand.Run(containers, options),
        "pause" => Do(() => containers.Pause(options.Rest[0])),
        "resume" => Do(() => containers.Resume(options.Rest[0])),
        "checkpoint" => CheckpointCommand.Run(containers, options),
        "restore" => CheckpointCommand.Restore(containers, options),
        "update" => UpdateCommand.Run(containers, options),
        "events" => EventsCommand.Run(containers, options),
        "list" => ListCommand.Run(containers, options),
        "spec" => SpecCommand.Run(options),
        _ => FeaturesCommand.Run(),
    };

    internal static int Finish(LaunchedProcess process) => ForegroundProcess.Wait(process.Pid, process.PidFd, process.TerminalMaster);

    private static int Do(Action action)
    {
        action();
        return 0;
    }

    private static CreateRequest Request(OptionSet options, string command) => new()
    {
        Id = options.Rest[0],
        Bundle = options.Value("bundle") ?? ".",
        Config = options.Value("config"),
        ConsoleSocket = options.Value("console-socket"),
        PidFdSocket = options.Value("pidfd-socket"),
        PidFile = options.Value("pid-file"),
        PreserveDescriptors = options.Count("preserve-fds") ?? 0,
        NoNewKeyring = options.Has("no-new-keyring"),
        NoPivot = options.Has("no-pivot"),
        Detach = command == "create" || options.Has("detach"),
        Keep = options.Has("keep"),
        Start = command == "run",
    };

    private static int RunOne(OciContainers containers, OptionSet options)
    {
        var request = Request(options, "run");
        if (!request.Detach && !options.Has("no-subreaper")) ForegroundProcess.Adopt();
        if (!request.Detach) ForegroundProcess.Expect();
        var container = containers.Create(request);
        if (request.Detach) return 0;
        var code = Finish(container.Process);

        // what was killed may have been saved: its id is then free, or another's
        if (!request.Keep && (code != Killed || containers.Knows(container.State))) containers.Remove(container.State);
        return code;
    }

    private static int State(OciContainers containers, string id)
    {
        var view = containers.Directory.View(containers.Directory.Read(id), containers.Host.Cgroups);
        OciProgram.Print(JsonSerializer.Serialize(view, PrintedJson.Default.StateView) + "\n");
        return 0;
    }

    private static void Kill(OciContainers containers, string id, OptionSet options)
    {
        containers.Directory.Read(id);
        var name = options.Rest.Count == 2 ? options.Rest[1] : containers.StopSignal(id);
        if (!SignalNames.TryParse(name, out var signal)) throw new DavitException(ErrorKind.InvalidArgument, $"unknown signal \"{name}\"");
        containers.Signal(id, signal, options.Has("all"));
    }
}
