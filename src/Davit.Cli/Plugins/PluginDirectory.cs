using System.Text.Json;
using Davit.Cli.Config;
using Davit.Cli.Parsing;
using Davit.Cli.Terminals;

namespace Davit.Cli.Plugins;

/// <summary>Finds docker's CLI plugins: programs named <c>docker-NAME</c> (or <c>davit-NAME</c>) in the plugin directories.</summary>
internal static class PluginDirectory
{
    private static readonly string[] SystemDirectories = ["/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"];

    /// <summary>The program of a command, or null.</summary>
    internal static string? Find(string name, ClientConfig config)
    {
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) return null;
        return Directories(config).SelectMany(d => new[] { Path.Combine(d, "davit-" + name), Path.Combine(d, "docker-" + name) }).FirstOrDefault(File.Exists);
    }

    /// <summary>The root command with its plugins listed: each is asked for its one line.</summary>
    internal static CommandNode Listed(CommandNode root, ClientConfig config)
    {
        var found = new SortedDictionary<string, CommandNode>(StringComparer.Ordinal);
        foreach (var path in Directories(config).Where(Directory.Exists).SelectMany(Directory.GetFiles))
        {
            var leaf = Path.GetFileName(path);
            var dash = leaf.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0 || leaf[..dash] is not ("docker" or "davit")) continue;
            var name = leaf[(dash + 1)..];
            if (root.Child(name) is null && !found.ContainsKey(name) && Summary(path) is { } summary) found[name] = new CommandNode(name + "*", summary, []) { Section = Tree.CommandTree.Management };
        }

        return found.Count == 0 ? root : root with { Children = [.. root.Children, .. found.Values] };
    }

    private static IEnumerable<string> Directories(ClientConfig config) => [.. config.List("cliPluginsExtraDirs"), Path.Combine(config.Directory, "cli-plugins"), .. SystemDirectories];

    private static string? Summary(string path)
    {
        try
        {
            var (code, output) = HelperProgram.Run(path, ["docker-cli-plugin-metadata"], []);
            if (code != 0) return null;
            using var document = JsonDocument.Parse(output);
            return document.RootElement.TryGetProperty("ShortDescription", out var text) ? text.GetString() : "";
        }
        catch (JsonException)
        {
            // not a plugin after all
            return null;
        }
    }
}
