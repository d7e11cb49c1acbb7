using System.Text;
using System.Text.Json;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;
using Davit.Runtime.Planning;

namespace Davit.Runtime.CommandLine;

/// <summary>The command line of runc over this library.</summary>
public static class OciProgram
{
    /// <summary>Version of the runtime specification that is followed.</summary>
    internal const string SpecVersion = "1.3.0";

    private const string Usage = """
        davit-oci: runs OCI containers (runtime specification 1.3)

        USAGE: davit-oci [--root DIR] [--log FILE] [--log-format text|json] [--debug] COMMAND [OPTIONS] [ARGUMENTS]

        COMMANDS
          create   [-b DIR] [--console-socket S] [--pid-file F] [--preserve-fds N] [--no-new-keyring] ID
          start    ID
          run      [-b DIR] [-d] [--keep] [options of create] ID
          state    ID
          kill     [-a] ID [SIGNAL]
          delete   [-f] ID
          exec     [-d] [-t] [-e K=V] [-u UID[:GID]] [--cwd DIR] [-p FILE] [--pid-file F] [--console-socket S] ID COMMAND [ARGUMENT...]
          ps       [-f table|json] ID
          pause    ID
          resume   ID
          update   [-r FILE|-] [--memory B] [--cpu-quota U] [--pids-limit N] ... ID
          list     [-q] [-f table|json]
          spec     [-b DIR] [--rootless]
          features

        """;

    /// <summary>Runs a command.</summary>
    /// <returns>Exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, string version, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string? log = null;
        var json = false;
        var command = "";
        try
        {
            var options = new OptionSet(arguments, "=root =log =log-format =rootless =criu debug systemd-cgroup help,h version,v", "");
            log = options.Value("log");
            json = options.Value("log-format") == "json";
            if (options.Has("version"))
            {
                Print($"davit-oci version {version}\nspec: {SpecVersion}\n");
                return 0;
            }

            if (options.Has("help") || options.Rest.Count == 0 || options.Rest[0] is "help" or "--help")
            {
                Print(Usage);
                return 0;
            }

            command = options.Rest[0];
            if (options.Rest.Contains("--help") && command != "exec" && command != "run")
            {
                Print(Usage);
                return 0;
            }

            // what starts processes in containers must not be a file that they could write
            if (command is "create" or "run" or "start" or "exec" or "restore" && OwnExecutable.IsOpen) OwnExecutable.StartAgain();
            var containers = new OciContainers(options.Value("root") ?? DefaultRoot(), HostFacts.Read(), time, message => Warn(message, log, json, time));
            return OciCommands.Run(containers, command, [.. options.Rest.Skip(1)]);
        }
        catch (Exception e) when (e is DavitException or Davit.Linux.LinuxException or IOException or UnauthorizedAccessException)
        {
            Fail(e, command, log, json, time);
            return command is "exec" or "run" && e is DavitException ? LaunchFailure(e.Message, command) : 1;
        }
    }

    /// <summary>runc's exec gives 255 for its own failures, run gives 1.</summary>
    private static int LaunchFailure(string message, string command) =>
        command == "run" ? 1 : LaunchErrors.ExitCode(message) is not 125 and var code && message.Contains("exec", StringComparison.Ordinal) ? code : 255;

    /// <summary>A warning goes where errors go, and changes nothing else.</summary>
    private static void Warn(string message, string? log, bool json, TimeProvider time)
    {
        if (log is { Length: > 0 })
        {
            Log(log, "warning", message, json, time);
            return;
        }

        using var errors = Console.OpenStandardError();
        errors.Write(Encoding.UTF8.GetBytes($"warning: {message}\n"));
    }

    private static void Log(string log, string level, string message, bool json, TimeProvider time)
    {
        var now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", null);
        var line = json
            ? $"{{\"level\":\"{level}\",\"msg\":{Quote(message)},\"time\":\"{now}\"}}\n"
            : $"time=\"{now}\" level={level} msg={Quote(message)}\n";
        File.AppendAllText(log, line);
    }

    private static void Fail(Exception e, string command, string? log, bool json, TimeProvider time)
    {
        var message = Message(e, command);
        if (log is { Length: > 0 }) Log(log, "error", message, json, time);
        using var errors = Console.OpenStandardError();
        errors.Write(Encoding.UTF8.GetBytes(message + "\n"));
    }

    private static string Message(Exception e, string command)
    {
        var plain = LaunchErrors.Plain(e.Message);
        if (plain.Length == e.Message.Length) return e.Message;
        return command == "exec" ? $"exec failed: unable to start container process: {plain}" : $"davit-oci {command} failed: unable to start container process: error during container init: {plain}";
    }

    private static string Quote(string text) => "\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";

    private static string DefaultRoot() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own && Environment.GetEnvironmentVariable("USER") is not "root" ? own + "/davit-oci" : "/run/davit-oci";

    internal static void Print(string text)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
    }
}
