using System.Text.RegularExpressions;
using Davit.Dockerfile.Syntax;
using Davit.Primitives;

namespace Davit.Dockerfile.Instructions;

/// <summary>Turns syntax nodes into typed instructions. Messages are BuildKit's where it has one.</summary>
internal sealed partial class InstructionParser(SourceText source, Directives directives)
{
    private static readonly string[] Keywords =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    public Instruction Parse(SyntaxNode node)
    {
        var keyword = node.Keyword.ToUpperInvariant();
        return keyword switch
        {
            "FROM" => ParseFrom(node),
            "ARG" => ParseArg(node),
            "ENV" => new EnvInstruction(Pairs(node, "ENV")) { Original = node.Original, Range = node.Range },
            "LABEL" => new LabelInstruction(Pairs(node, "LABEL")) { Original = node.Original, Range = node.Range },
            "RUN" => ParseRun(node),
            "COPY" => ParseCopy(node),
            "ADD" => ParseAdd(node),
            "CMD" => new CmdInstruction(Command(node)) { Original = node.Original, Range = node.Range },
            "ENTRYPOINT" => new EntrypointInstruction(Command(node)) { Original = node.Original, Range = node.Range },
            "WORKDIR" => new WorkdirInstruction(Single(node, "WORKDIR")) { Original = node.Original, Range = node.Range },
            "USER" => new UserInstruction(Single(node, "USER")) { Original = node.Original, Range = node.Range },
            "STOPSIGNAL" => new StopSignalInstruction(Single(node, "STOPSIGNAL")) { Original = node.Original, Range = node.Range },
            "MAINTAINER" => new MaintainerInstruction(Single(node, "MAINTAINER")) { Original = node.Original, Range = node.Range },
            "EXPOSE" => new ExposeInstruction([.. Several(node, "EXPOSE").Order(StringComparer.Ordinal)]) { Original = node.Original, Range = node.Range },
            "VOLUME" => ParseVolume(node),
            "SHELL" => ParseShell(node),
            "HEALTHCHECK" => ParseHealthcheck(node),
            "ONBUILD" => ParseOnbuild(node),
            _ => throw Fail(node, $"unknown instruction: {node.Keyword}{Suggestion.For(keyword, Keywords)}", node.Keyword),
        };
    }

    private DavitException Fail(SyntaxNode node, string message, string? token = null) => DockerfileError.Syntax(source, node.Range, message, token);

    private FlagSet Flags(SyntaxNode node, params string[] known) => new(node.Flags, known, (message, token) => Fail(node, message, token));

    private string Single(SyntaxNode node, string keyword)
    {
        Flags(node);
        return node.Rest.Length > 0 ? node.Rest : throw Fail(node, $"{keyword} requires exactly one argument");
    }

    private List<string> Several(SyntaxNode node, string keyword)
    {
        Flags(node);
        var words = ListOf(node);
        return words.Count > 0 ? words : throw Fail(node, $"{keyword} requires at least one argument");
    }

    /// <summary>A JSON array, or words separated by white space.</summary>
    private List<string> ListOf(SyntaxNode node)
    {
        if (Words.TryJson(node.Rest, out var values, out var notStrings)) return values;
        return notStrings ? throw NotStrings(node) : [.. Words.Plain(node.Rest)];
    }

    private DavitException NotStrings(SyntaxNode node) =>
        Fail(node, "when using JSON array syntax, arrays must be comprised of strings only", node.Rest);

    private CommandLine Command(SyntaxNode node)
    {
        Flags(node);
        return CommandOf(node, node.Rest);
    }

    private CommandLine CommandOf(SyntaxNode node, string rest)
    {
        if (Words.TryJson(rest, out var values, out var notStrings)) return new CommandLine(values, true, []);
        if (notStrings) throw NotStrings(node);
        return new CommandLine(rest.Length == 0 ? [] : [rest], false, node.Heredocs);
    }

    private FromInstruction ParseFrom(SyntaxNode node)
    {
        var flags = Flags(node, "platform");
        var words = Words.Plain(node.Rest);
        string? name = null;
        if (words.Length == 3 && words[1].Equals("as", StringComparison.OrdinalIgnoreCase))
        {
            name = words[2].ToLowerInvariant();
            if (!StageName().IsMatch(name))
            {
                throw Fail(node, $"invalid name for build stage: \"{words[2]}\", name can't start with a number or contain symbols", words[2]);
            }
        }
        else if (words.Length != 1)
        {
            throw Fail(node, "FROM requires either one or three arguments");
        }

        return new FromInstruction(words[0], name, flags.Get("platform")) { Original = node.Original, Range = node.Range };
    }

    private ArgInstruction ParseArg(SyntaxNode node)
    {
        Flags(node);
        var args = new List<KeyValue>();
        foreach (var word in Words.Quoted(node.Rest, directives.Escape))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals == 0) throw Fail(node, "ARG names can not be blank", word);
            args.Add(equals < 0 ? new KeyValue(word, null) : new KeyValue(word[..equals], word[(equals + 1)..]));
        }

        return args.Count > 0 ? new ArgInstruction(args) { Original = node.Original, Range = node.Range } : throw Fail(node, "ARG requires at least one argument");
    }

    private List<KeyValue> Pairs(SyntaxNode node, string keyword)
    {
        Flags(node);
        var words = Words.Quoted(node.Rest, directives.Escape);
        if (words.Count == 0) throw Fail(node, $"{keyword} requires at least one argument");
        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            var (key, value) = Words.Cut(node.Rest);
            return value is null ? throw Fail(node, $"{keyword} must have two arguments", key) : [new KeyValue(key, value, Legacy: true)];
        }

        var pairs = new List<KeyValue>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw Fail(node, $"Syntax error - can't find = in \"{word}\". Must be of the form: name=value", word);
            if (equals == 0) throw Fail(node, $"{keyword} names can not be blank", word);
            pairs.Add(new KeyValue(word[..equals], word[(equals + 1)..]));
        }

        return pairs;
    }

    private VolumeInstruction ParseVolume(SyntaxNode node)
    {
        var paths = Several(node, "VOLUME");
        if (paths.Any(string.IsNullOrWhiteSpace)) throw Fail(node, "VOLUME specified can not be an empty string");
        return new VolumeInstruction([.. paths.Select(p => p.Trim())]) { Original = node.Original, Range = node.Range };
    }

    private ShellInstruction ParseShell(SyntaxNode node)
    {
        Flags(node);
        if (Words.TryJson(node.Rest, out var shell, out var notStrings))
        {
            return shell.Count > 0 ? new ShellInstruction(shell) { Original = node.Original, Range = node.Range } : throw Fail(node, "SHELL requires at least one argument");
        }

        if (notStrings) throw NotStrings(node);
        throw node.Rest.Length == 0 ? Fail(node, "SHELL requires at least one argument") : Fail(node, $"SHELL requires the arguments to be in JSON form: {node.Original}", node.Rest);
    }

    private OnbuildInstruction ParseOnbuild(SyntaxNode node)
    {
        Flags(node);
        if (node.Rest.Length == 0) throw Fail(node, "ONBUILD requires at least one argument");
        var (keyword, flags, rest) = CommandSplitter.Split(node.Rest, directives.Escape);
        switch (keyword.ToUpperInvariant())
        {
            case "ONBUILD":
                throw Fail(node, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", node.Rest);
            case "MAINTAINER" or "FROM":
                throw Fail(node, $"{keyword.ToUpperInvariant()} isn't allowed as an ONBUILD trigger", keyword);
        }

        // what the trigger says is checked now, so that an image with a broken one is never made
        _ = Parse(node with { Keyword = keyword, Flags = flags, Rest = rest, Original = node.Rest });
        var original = OnbuildKeyword().Replace(node.Original, "");
        foreach (var heredoc in node.Heredocs) original += "\n" + heredoc.Content + heredoc.Name;
        return new OnbuildInstruction(original) { Original = node.Original, Range = node.Range };
    }

    [GeneratedRegex("^[a-z][a-z0-9-_.]*$")]
    private static partial Regex StageName();

    [GeneratedRegex(@"^\s*ONBUILD\s*", RegexOptions.IgnoreCase)]
    private static partial Regex OnbuildKeyword();
}
