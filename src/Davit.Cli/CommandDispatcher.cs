using System.Text;
using Davit.Cli.Commands.Host;
using Davit.Cli.Config;
using Davit.Cli.Help;
using Davit.Cli.Parsing;
using Davit.Cli.Plugins;
using Davit.Cli.Terminals;
using Davit.Cli.Tree;
using Davit.Primitives;

namespace Davit.Cli;

/// <summary>The command line: finds the command, runs it, and turns errors into messages and exit codes.</summary>
public static class CommandDispatcher
{
    internal const string Version = "0.1.0";

    /// <summary>Runs one command.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] words)
    {
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 16 << 10) { AutoFlush = false };
        var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false), 4096) { AutoFlush = true };
        try
        {
            return await DispatchAsync(words, output, error);
        }
        catch (UsageException e)
        {
            await output.FlushAsync();
            return ErrorText.Write(error, e, words);
        }
        catch (DavitException e)
        {
            await output.FlushAsync();
            return ErrorText.Write(error, e, words.Contains("-D") || words.Contains("--debug"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            try
            {
                await output.FlushAsync();
            }
            catch (IOException)
            {
                // whoever read our output has enough
            }

            Terminal.Restore();
        }
    }

    private static async Task<int> DispatchAsync(string[] words, TextWriter output, TextWriter error)
    {
        var root = CommandTree.Root;
        var globals = new Arguments(root, "davit");
        var at = 0;
        while (at < words.Length && words[at].Length > 1 && words[at][0] == '-') at = CommandLine.ReadFlag(globals, words, at) + 1;
        if (globals.Value("log-level") is { } level && level is not ("debug" or "info" or "warn" or "warning" or "error" or "fatal" or "panic" or "trace")) throw new DavitException(ErrorKind.InvalidArgument, $"unable to parse logging level: {level}", "use debug, info, warn, error or fatal") { Data = { ["ExitCode"] = 1 } };
        if (globals.Is("version"))
        {
            output.WriteLine($"Davit version {Version}");
            return 0;
        }

        var config = new Lazy<ClientConfig>(() => ClientConfig.Load(globals.Value("config") ?? ClientConfig.DefaultDirectory));
        var node = root;
        var path = "davit";
        var helps = globals.Is("help");
        if (at < words.Length && !helps && words[at] == "help")
        {
            (helps, at) = (true, at + 1);
            if (at < words.Length && Topics.Find(words[at]) is { } topic)
            {
                output.WriteLine(topic);
                return 0;
            }
        }

        for (; at < words.Length && node.Children.Count > 0 && !words[at].StartsWith('-'); at++)
        {
            if (node.Child(words[at]) is not { } child)
            {
                if (helps) throw new DavitException(ErrorKind.NotFound, $"unknown help topic: {words[at]}", "davit help lists commands and topics");
                if (words.Skip(at).Any(w => w is "--help" or "-h")) break;
                if (node == root && !helps && PluginDirectory.Find(words[at], config.Value) is { } plugin) return await PluginLauncher.RunAsync(plugin, words, EndpointChoice.Choose(globals, config.Value), error);
                return ErrorText.UnknownCommand(error, node, path, words[at]);
            }

            node = child;
            path += " " + child.Name;
        }

        if (helps || node.Run is null)
        {
            if (node.Children.Count > 0 && at < words.Length && !helps) CommandLine.Parse(node, path, words, at);

            // a group alone is a question that nobody asked in full: its help is no result
            var asked = helps || node == root || words.Skip(at).Any(w => w is "--help" or "-h");
            HelpWriter.Write(asked ? output : error, node == root ? PluginDirectory.Listed(node, config.Value) : node, path);
            return 0;
        }

        var arguments = CommandLine.Parse(node, path, words, at);
        if (arguments.Is("help"))
        {
            HelpWriter.Write(output, node, path);
            return 0;
        }

        using var context = new CliContext(output, error, config, globals, TimeProvider.System);
        return await node.Run(context, arguments);
    }
}
