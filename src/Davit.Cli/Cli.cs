using System.Text;
using Davit.Cli.Config;
using Davit.Cli.Help;
using Davit.Cli.Http;
using Davit.Cli.Parsing;
using Davit.Cli.Terminals;
using Davit.Primitives;

namespace Davit.Cli;

/// <summary>The command line: finds the command, runs it, and turns errors into messages and exit codes.</summary>
public static class Cli
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
            error.WriteLine($"{(e.Arguments is null ? "davit" : "davit")}: {e.Message}");
            if (e.Suggestion is { } suggestion) error.WriteLine($"Did you mean {suggestion}?");
            if (e.Arguments is { } arguments)
            {
                error.WriteLine($"\n{HelpWriter.UsageLine(arguments.Command, arguments.Path)}\n\nRun '{arguments.Path} --help' for more information");
                return arguments.Command.UsageExitCode;
            }

            error.WriteLine("\nRun 'davit --help' for more information");
            return 1;
        }
        catch (DavitException e)
        {
            await output.FlushAsync();
            error.WriteLine(e.Message.StartsWith("Error response", StringComparison.Ordinal) && e.Data["ExitCode"] is not null ? "davit: " + e.Message : e.Message);
            if (e.Hint is { } hint) error.WriteLine($"\n{hint}");
            return e.Data["ExitCode"] is int code ? code : 1;
        }
        catch (IOException e)
        {
            error.WriteLine("davit: " + e.Message);
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

    /// <summary>Another connection to the same engine, for requests beside a stream.</summary>
    internal static EngineClient NewEngine(CliContext context) => new(context.Engine.Endpoint with { IsDefault = false }, context.Engine.Version, _ => Task.FromResult(false), context.Config.Texts("HttpHeaders"));

    private static async Task<int> DispatchAsync(string[] words, TextWriter output, TextWriter error)
    {
        var node = CommandTree.Root;
        var path = "davit";
        var globals = new Arguments(node, path);
        var at = 0;
        for (; at < words.Length; at++)
        {
            if (words[at].StartsWith('-') && node == CommandTree.Root)
            {
                // global flags stand before the command
                var length = words[at].StartsWith("--", StringComparison.Ordinal) ? node.Flags.FirstOrDefault(f => "--" + f.Name == words[at]) is { Kind: not FlagKind.Bool } ? 2 : 1
                    : words[at].Length == 2 && node.Flags.FirstOrDefault(f => f.Short == words[at][1]) is { Kind: not FlagKind.Bool } ? 2 : 1;
                var parsed = CommandLine.Parse(node with { Least = 0 }, path, [.. words.Skip(at).Take(length)]);
                foreach (var flag in node.Flags.Where(f => parsed.Has(f.Name))) foreach (var value in parsed.List(flag.Name)) globals.Add(flag.Name, value);
                if (parsed.Is("help")) globals.Add("help", "true");
                at += length - 1;
                continue;
            }

            if (node.Children.Count == 0) break;
            if (words[at].StartsWith('-')) break;
            if (node.Child(words[at]) is not { } child) return Unknown(node, path, words[at], error);
            node = child;
            path += " " + child.Name;
        }

        if (globals.Is("version") && node == CommandTree.Root)
        {
            output.WriteLine($"Davit version {Version}");
            return 0;
        }

        if (node.Run is null)
        {
            HelpWriter.Write(output, node, path);
            return node == CommandTree.Root || words.Skip(at).Contains("--help") ? 0 : 1;
        }

        var arguments = CommandLine.Parse(node, path, [.. words.Skip(at)]);
        if (arguments.Is("help") || globals.Is("help"))
        {
            HelpWriter.Write(output, node, path);
            return 0;
        }

        var config = ClientConfig.Load(globals.Value("config") ?? Environment.GetEnvironmentVariable("DOCKER_CONFIG") ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".docker"));
        var time = TimeProvider.System;
        using var engine = new EngineClient(Endpoint(globals, config), Environment.GetEnvironmentVariable("DOCKER_API_VERSION"), endpoint => DaemonStarter.StartAsync(endpoint, error, time), config.Texts("HttpHeaders"));
        return await node.Run(new CliContext(output, error, config, engine, time), arguments);
    }

    private static EngineEndpoint Endpoint(Arguments globals, ClientConfig config)
    {
        var host = globals.Value("host") ?? Environment.GetEnvironmentVariable("DAVIT_HOST") ?? Environment.GetEnvironmentVariable("DOCKER_HOST");
        var tls = globals.Is("tlsverify") || globals.Is("tls") || Environment.GetEnvironmentVariable("DOCKER_TLS_VERIFY") is { Length: > 0 };
        var certificates = tls ? Environment.GetEnvironmentVariable("DOCKER_CERT_PATH") ?? config.Directory : null;
        if (string.IsNullOrEmpty(host))
        {
            var context = globals.Value("context") ?? Environment.GetEnvironmentVariable("DOCKER_CONTEXT") ?? config.Text("currentContext");
            if (context is not (null or "default")) host = Contexts.Host(config.Directory, context);
        }

        if (string.IsNullOrEmpty(host)) return new EngineEndpoint("unix:///run/davit/davit.sock", IsDefault: true);
        return new EngineEndpoint(host.Contains("://", StringComparison.Ordinal) ? host : "tcp://" + host, IsDefault: false, certificates, globals.Is("tlsverify") || Environment.GetEnvironmentVariable("DOCKER_TLS_VERIFY") is { Length: > 0 });
    }

    private static int Unknown(CommandNode node, string path, string word, TextWriter error)
    {
        error.WriteLine(node == CommandTree.Root ? $"davit: unknown command: davit {word}" : $"{path}: unknown command: {path} {word}");
        if (Suggestions.Nearest(word, node.Children.Where(c => c.Section is not null).Select(c => c.Name)) is { } nearest) error.WriteLine($"\nDid you mean this?\n\t{nearest}");
        error.WriteLine($"\nRun '{path} --help' for more information");
        return 1;
    }
}
