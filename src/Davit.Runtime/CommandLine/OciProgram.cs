using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;
using Davit.Runtime.Planning;

namespace Davit.Runtime.CommandLine;

/// <summary>The command line of runc over this library.</summary>
public static class OciProgram
{
    private const int UnknownCommand = 3;

    /// <summary>Runs a command.</summary>
    /// <returns>Exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, string version, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var log = new RuntimeLog(null, json: false, "warning", time);
        var command = "";
        try
        {
            var options = new OptionSet(arguments, CommandTable.Program);
            log = new RuntimeLog(options.Value("log") is { Length: > 0 } file ? file : null, options.Word("log-format", "text", "json") == "json", options.Has("debug") ? "debug" : options.Word("log-level", "error", "warning", "debug") ?? "warning", time);
            if (options.Has("version"))
            {
                Print($"davit-oci version {version}\nspec: {RuntimeSettings.SpecVersion}\n");
                return 0;
            }

            IReadOnlyList<string> rest = options.Rest is ["help" or "h", ..] ? [.. options.Rest.Skip(1).Take(1), "--help"] : options.Rest;
            if (options.IsHelp || rest is [] or ["--help"])
            {
                Print(Help());
                return 0;
            }

            command = rest[0];
            if (CommandTable.All.FirstOrDefault(c => c.Name == command) is not { } entry) return Fail(log, $"No help topic for '{command}'", UnknownCommand);
            var own = new OptionSet([.. rest.Skip(1)], entry);
            if (own.IsHelp)
            {
                Print(entry.Help());
                return 0;
            }

            // what starts processes in containers must not be a file that they could write
            if (command is "create" or "run" or "start" or "exec" && OwnExecutable.IsOpen) OwnExecutable.StartAgain();
            if (options.Value("criu") is not null) log.Warning("--criu ignored (criu binary from $PATH is used); do not use");
            var host = HostFacts.Read();
            if (command is "create" or "run" or "exec" && Environment.IsPrivilegedProcess && host.Cgroups.OwnProcesses() is { } processes) EarlyMove.Begin(processes);
            return OciCommands.Run(new OciContainers(Settings(options, log), host, time), command, own);
        }
        catch (WrongUseException e)
        {
            Print($"{e.Headline}\n\n{(e.Entry.Name.Length == 0 ? Help() : e.Entry.Help())}\n");
            return Fail(log, e.Message, 1);
        }
        catch (Exception e) when (e is DavitException or Davit.Linux.LinuxException or IOException or UnauthorizedAccessException)
        {
            return Fail(log, Message(e, command), command is "exec" && e is DavitException ? ExecFailure(e.Message) : 1, (e as DavitException)?.Hint);
        }
    }

    /// <summary>Writes to standard output; the console's own stream would go on when nobody reads any more.</summary>
    /// <exception cref="IOException">Nobody reads, or the disk is full.</exception>
    internal static unsafe void Print(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                // SAFETY: fixed, and what is left of it.
                var written = LifecycleLibc.Write(1, start + done, bytes.Length - done);
                if (written > 0) done += written;
                else if ((Errno)Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno) throw new IOException($"write to standard output: {errno.Text()}");
            }
        }
    }

    private static RuntimeSettings Settings(OptionSet options, RuntimeLog log)
    {
        var manager = options.Word("cgroup-manager", "cgroupfs", "systemd", "disabled") switch
        {
            "systemd" => CgroupManager.Systemd,
            "disabled" => CgroupManager.Disabled,
            null when options.Has("systemd-cgroup") => CgroupManager.Systemd,
            _ => CgroupManager.Files,
        };
        return new RuntimeSettings
        {
            Root = options.Value("root") ?? DefaultRoot(),
            HasRoot = options.Value("root") is not null,
            CgroupManager = manager,
            MayLackCgroup = options.Value("rootless") switch
            {
                null or "auto" => !Environment.IsPrivilegedProcess,
                "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
                "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
                var other => throw new DavitException(ErrorKind.InvalidArgument, $"strconv.ParseBool: parsing \"{other}\": invalid syntax", "--rootless takes true, false or auto"),
            },
            Warn = log.Warning,
            Debug = log.Debug,
            IsDebug = log.IsDebug,
        };
    }

    /// <summary>runc's exec gives 255 for its own failures.</summary>
    private static int ExecFailure(string message) => LaunchErrors.ExitCode(message) is not 125 and var code && message.Contains("exec", StringComparison.Ordinal) ? code : 255;

    /// <summary>What went wrong goes to the log, which engines read, and with what to do about it to standard error.</summary>
    private static int Fail(RuntimeLog log, string message, int code, string? hint = null)
    {
        log.Error(message);
        using var errors = Console.OpenStandardError();
        errors.Write(Encoding.UTF8.GetBytes(message + "\n" + (hint is null ? "" : $"hint: {hint}\n")));
        return code;
    }

    private static string Message(Exception e, string command)
    {
        var plain = LaunchErrors.Plain(e.Message);
        if (command == "exec" && plain.Length == e.Message.Length) return $"exec failed: {e.Message}";
        if (plain.Length == e.Message.Length) return e.Message;
        return command == "exec" ? $"exec failed: unable to start container process: {plain}" : $"davit-oci {command} failed: unable to start container process: error during container init: {plain}";
    }

    private static string Help()
    {
        var program = CommandTable.Program.Help();
        var at = program.IndexOf("\nOPTIONS:", StringComparison.Ordinal);
        var width = CommandTable.All.Max(c => c.Name.Length);
        return program[..at].Replace("davit-oci  -", "davit-oci -", StringComparison.Ordinal) + "\nCOMMANDS:\n" + string.Concat(CommandTable.All.Select(c => $"   {c.Name.PadRight(width)}  {c.Summary}\n"))
            + "\nGLOBAL OPTIONS:" + program[(at + "\nOPTIONS:".Length)..];
    }

    private static string DefaultRoot() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own && Environment.GetEnvironmentVariable("USER") is not "root" ? own + "/davit-oci" : "/run/davit-oci";
}
