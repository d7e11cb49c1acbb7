using System.Globalization;
using System.Text.Json;
using Davit.Linux.Processes;
using Davit.Primitives;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>ps</c> command: numbers as JSON, or what ps(1) of this machine says of the container's processes.</summary>
internal static class PsCommand
{
    internal static int Run(OciContainers containers, OptionSet options)
    {
        var pids = containers.Processes(containers.Directory.Read(options.Rest[0]));
        switch (options.Value("format") ?? "table")
        {
            case "json":
                OciProgram.Print(JsonSerializer.Serialize(pids, PrintedJson.Default.IReadOnlyListInt32) + "\n");
                return 0;
            case "table":
                OciProgram.Print(Select(Ask(options.Rest.Count > 1 ? [.. options.Rest.Skip(1)] : ["-ef"]), pids.ToHashSet()));
                return 0;
            default:
                throw new DavitException(ErrorKind.InvalidArgument, "invalid format option", "use table or json");
        }
    }

    /// <summary>The heading, and the lines whose column PID names one of the processes.</summary>
    internal static string Select(string table, IReadOnlySet<int> pids)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var column = lines.Length == 0 ? -1 : Array.IndexOf(Words(lines[0]), "PID");
        if (column < 0) throw new DavitException(ErrorKind.InvalidArgument, "couldn't find PID field in ps output", "choose columns with the process's number (pid) among them");
        return lines[0] + "\n" + string.Concat(lines.Skip(1).Where(l => Words(l) is var words && words.Length > column && int.TryParse(words[column], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pids.Contains(pid)).Select(l => l + "\n"));
    }

    private static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static string Ask(IReadOnlyList<string> arguments)
    {
        try
        {
            var (code, output, error) = Spawner.RunAsync(new ProgramRequest { Program = "ps", Arguments = arguments }, null, CancellationToken.None).GetAwaiter().GetResult();
            return code == 0 ? output : throw new DavitException(ErrorKind.InvalidArgument, $"exit status {code}: {error.Trim()}");
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, "exec: \"ps\": executable file not found in $PATH", "install package procps, or ask for --format json", e);
        }
    }
}
