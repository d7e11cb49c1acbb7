using System.Globalization;
using System.Text;
using System.Text.Json;
using Davit.Linux.Signals;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The commands.</summary>
internal static class OciCommands
{
    private const string CreateOptions = "=bundle,b =console-socket =pid-file =preserve-fds no-pivot no-new-keyring";

    internal static int Run(OciContainers containers, string command, IReadOnlyList<string> arguments) => command switch
    {
        "create" => Create(containers, arguments),
        "start" => Do(() => containers.Start(new OptionSet(arguments, "", command).One(command))),
        "run" => RunOne(containers, arguments),
        "state" => State(containers, arguments),
        "kill" => Kill(containers, arguments),
        "delete" => Delete(containers, arguments),
        "exec" => ExecCommand.Run(containers, arguments),
        "ps" => Processes(containers, arguments),
        "pause" => Do(() => containers.Pause(new OptionSet(arguments, "", command).One(command))),
        "resume" => Do(() => containers.Resume(new OptionSet(arguments, "", command).One(command))),
        "update" => UpdateCommand.Run(containers, arguments),
        "list" => List(containers, arguments),
        "spec" => SpecCommand.Run(arguments),
        "features" => FeaturesCommand.Run(),
        _ => throw new DavitException(ErrorKind.InvalidArgument, $"No help topic for '{command}'", "davit-oci help lists the commands"),
    };

    internal static int Finish(LaunchedProcess process) => ForegroundProcess.Wait(process.Pid, process.PidFd, process.TerminalMaster);

    private static int Do(Action action)
    {
        action();
        return 0;
    }

    private static CreateRequest Request(OptionSet options, string command) => new()
    {
        Id = options.One(command),
        Bundle = options.Value("bundle") ?? ".",
        ConsoleSocket = options.Value("console-socket"),
        PidFile = options.Value("pid-file"),
        PreserveDescriptors = (int)(options.Number("preserve-fds") ?? 0),
        NoNewKeyring = options.Has("no-new-keyring"),
        Detach = command == "create" || options.Has("detach"),
        Keep = options.Has("keep"),
    };

    private static int Create(OciContainers containers, IReadOnlyList<string> arguments)
    {
        containers.Create(Request(new OptionSet(arguments, CreateOptions, "create"), "create"));
        return 0;
    }

    private static int RunOne(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var request = Request(new OptionSet(arguments, CreateOptions + " detach,d keep no-subreaper", "run"), "run");
        var process = containers.Create(request);
        try
        {
            containers.Start(request.Id);
        }
        catch
        {
            containers.Delete(request.Id, force: true);
            throw;
        }

        if (request.Detach) return 0;
        var code = Finish(process);
        if (!request.Keep) containers.Delete(request.Id, force: true);
        return code;
    }

    private static int State(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var view = containers.Directory.View(containers.Directory.Read(new OptionSet(arguments, "", "state").One("state")), containers.Host.Cgroups);
        OciProgram.Print(JsonSerializer.Serialize(view, PrintedJson.Default.StateView) + "\n");
        return 0;
    }

    private static int Kill(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var options = new OptionSet(arguments, "all,a", "kill");
        if (options.Rest.Count is < 1 or > 2) throw new DavitException(ErrorKind.InvalidArgument, $"davit-oci: \"kill\" requires a minimum of 1 argument(s) and a maximum of 2, and got {options.Rest.Count}");
        var name = options.Rest.Count == 2 ? options.Rest[1] : containers.StopSignal(options.Rest[0]);
        if (!SignalNames.TryParse(name, out var signal)) throw new DavitException(ErrorKind.InvalidArgument, $"unknown signal \"{name}\"");
        containers.Signal(options.Rest[0], signal, options.Has("all"));
        return 0;
    }

    private static int Delete(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var options = new OptionSet(arguments, "force,f", "delete");
        containers.Delete(options.One("delete"), options.Has("force"));
        return 0;
    }

    private static int Processes(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var options = new OptionSet(arguments, "=format,f", "ps");
        if (options.Rest.Count < 1) throw new DavitException(ErrorKind.InvalidArgument, "davit-oci: \"ps\" requires a minimum of 1 argument(s), and got 0");
        var pids = containers.Processes(containers.Directory.Read(options.Rest[0]));
        if (options.Value("format") == "json")
        {
            OciProgram.Print(JsonSerializer.Serialize(pids, PrintedJson.Default.IReadOnlyListInt32) + "\n");
            return 0;
        }

        var text = new StringBuilder("    PID CMD\n");
        foreach (var pid in pids)
        {
            var line = File.Exists($"/proc/{pid}/cmdline") ? File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim() : "";
            text.Append(CultureInfo.InvariantCulture, $"{pid,7} {line}\n");
        }

        OciProgram.Print(text.ToString());
        return 0;
    }

    private static int List(OciContainers containers, IReadOnlyList<string> arguments)
    {
        var options = new OptionSet(arguments, "=format,f quiet,q", "list");
        var views = containers.Directory.All().Select(s => containers.Directory.View(s, containers.Host.Cgroups) with { Owner = "root" }).ToList();
        if (options.Has("quiet"))
        {
            OciProgram.Print(string.Concat(views.Select(v => v.Id + "\n")));
            return 0;
        }

        if (options.Value("format") == "json")
        {
            OciProgram.Print(JsonSerializer.Serialize<IReadOnlyList<StateView>>(views, PrintedJson.Default.IReadOnlyListStateView) + "\n");
            return 0;
        }

        string[][] rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], .. views.Select(v => (string[])[v.Id, $"{v.Pid}", v.Status, v.Bundle, v.Created.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", null), v.Owner])];
        var widths = Enumerable.Range(0, 6).Select(c => Math.Max(8, rows.Max(r => r[c].Length)) + 4).ToArray();
        OciProgram.Print(string.Concat(rows.Select(r => string.Concat(r.Select((cell, c) => c == 5 ? cell : cell.PadRight(widths[c]))) + "\n")));
        return 0;
    }
}
