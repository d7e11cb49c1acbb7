using Davit.Cli.Config;
using Davit.Cli.Parsing;
using Davit.Cli.Tree;
using Davit.Primitives;

namespace Davit.Cli.Completion;

/// <summary>Answers a shell that completes a line: candidates a line each, a tab and a description after them, then <c>:directive</c> as cobra has it.</summary>
internal static class Candidates
{
    private const int Default = 0;
    private const int NoFiles = 4;
    private const int DirectoriesOnly = 16;

    internal static async Task<int> RunAsync(CliContext context, Arguments asked, bool descriptions)
    {
        var words = asked.Words;
        var current = words.Count > 0 ? words[^1] : "";
        var (node, flag, place) = Place(words);
        var (found, directive) = flag is not null ? await FlagValuesAsync(context, node, flag, current)
            : current.StartsWith('-') ? (Flags(node), NoFiles)
            : node.Children.Count > 0 ? (node.Children.Where(c => !c.Hidden).Select(c => (c.Name, c.Summary)), NoFiles)
            : await ArgumentsAsync(context, node, place);
        var typed = current.StartsWith("--", StringComparison.Ordinal) && current.IndexOf('=', StringComparison.Ordinal) is var equal and > 0 ? current[(equal + 1)..] : current;
        foreach (var (name, description) in found)
        {
            if (!name.StartsWith(typed, StringComparison.Ordinal)) continue;
            context.Out.WriteLine(descriptions && description.Length > 0 ? $"{name}\t{description.Split('\n')[0]}" : name);
        }

        context.Out.WriteLine($":{directive}");
        return 0;
    }

    /// <summary>The command that the words lead to, the flag whose value is typed (or null), and how many arguments stand before.</summary>
    private static (CommandNode Node, Flag? Flag, int Arguments) Place(List<string> words)
    {
        var node = CommandTree.Root;
        var arguments = 0;
        for (var i = 0; i < words.Count - 1; i++)
        {
            if (words[i].Length > 1 && words[i][0] == '-')
            {
                var flag = words[i].StartsWith("--", StringComparison.Ordinal) ? node.Flags.FirstOrDefault(f => "--" + f.Name == words[i]) : node.Flags.FirstOrDefault(f => f.Short == words[i][^1]);
                if (flag is null || flag.Kind == FlagKind.Bool) continue;
                if (i == words.Count - 2) return (node, flag, arguments);
                i++;
            }
            else if (node.Child(words[i]) is { } child) node = child;
            else arguments++;
        }

        var last = words.Count > 0 ? words[^1] : "";
        var joined = last.StartsWith("--", StringComparison.Ordinal) && last.Contains('=', StringComparison.Ordinal) ? node.Flags.FirstOrDefault(f => last.StartsWith($"--{f.Name}=", StringComparison.Ordinal)) : null;
        return (node, joined, arguments);
    }

    private static IEnumerable<(string, string)> Flags(CommandNode node) => node.Flags.Where(f => !f.Hidden).Select(f => ("--" + f.Name, f.Help));

    private static async Task<(IEnumerable<(string, string)>, int)> FlagValuesAsync(CliContext context, CommandNode node, Flag flag, string current) => flag.Name switch
    {
        "network" or "net" => (await LiveNames.NetworksAsync(context), NoFiles),
        "volumes-from" or "link" => (await LiveNames.ContainersAsync(context), NoFiles),
        "volume" or "mount" when !current.Contains('/', StringComparison.Ordinal) => (await LiveNames.VolumesAsync(context), Default),
        "context" => (ContextNames(context), NoFiles),
        "restart" => (Plain("no", "always", "on-failure", "unless-stopped"), NoFiles),
        "pull" => (Plain("always", "missing", "never"), NoFiles),
        "signal" or "stop-signal" => (Plain("SIGTERM", "SIGKILL", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGSTOP", "SIGCONT"), NoFiles),
        "format" => (Plain("json", "table"), NoFiles),
        "cgroupns" => (Plain("host", "private"), NoFiles),
        "log-driver" => (Plain("local", "json-file", "none", "fluentd", "gelf", "journald", "syslog"), NoFiles),
        "log-level" => (Plain("debug", "info", "warn", "error", "fatal"), NoFiles),
        "type" when node.Name == "inspect" => (Plain("container", "image", "network", "volume"), NoFiles),
        "file" or "env-file" or "label-file" or "cidfile" or "iidfile" or "input" or "output" or "config" or "tlscacert" or "tlscert" or "tlskey" => ([], Default),
        _ => ([], NoFiles),
    };

    private static async Task<(IEnumerable<(string, string)>, int)> ArgumentsAsync(CliContext context, CommandNode node, int place)
    {
        // run and exec: what follows the first word belongs to the program inside
        if (!node.Interspersed && place > 0 && node.Name != "top") return ([], Default);
        if (place >= node.Most) return ([], NoFiles);
        return node.Completes switch
        {
            Completes.Files => ([], Default),
            Completes.Directories => ([], DirectoriesOnly),
            Completes.Containers when node.Name == "cp" => ((await LiveNames.ContainersAsync(context)).Select(c => (c.Name + ":", c.Description)), Default),
            Completes.Containers => (await LiveNames.ContainersAsync(context, RunningOnly(node.Name)), NoFiles),
            Completes.Images => (await LiveNames.ImagesAsync(context), NoFiles),
            Completes.Networks => (await LiveNames.NetworksAsync(context), NoFiles),
            Completes.NetworkThenContainer => (place == 0 ? await LiveNames.NetworksAsync(context) : await LiveNames.ContainersAsync(context), NoFiles),
            Completes.Volumes => (await LiveNames.VolumesAsync(context), NoFiles),
            Completes.Contexts => (ContextNames(context), NoFiles),
            Completes.Objects => ([.. await LiveNames.ContainersAsync(context), .. await LiveNames.ImagesAsync(context), .. await LiveNames.NetworksAsync(context), .. await LiveNames.VolumesAsync(context)], NoFiles),
            Completes.Registries => (context.Config.Registries().Select(r => (r, "")), NoFiles),
            _ => ([], NoFiles),
        };
    }

    private static bool RunningOnly(string command) => command is "attach" or "exec" or "kill" or "pause" or "stop" or "top" or "stats";

    private static IEnumerable<(string, string)> ContextNames(CliContext context)
    {
        try
        {
            return new ContextStore(context.Config.Directory).All().Select(c => (c.Name, c.Description)).Prepend(("default", ""));
        }
        catch (DavitException)
        {
            return [];
        }
    }

    private static IEnumerable<(string, string)> Plain(params IEnumerable<string> values) => values.Select(v => (v, ""));
}
