using Davit.Cli.Options;

namespace Davit.Cli.Parsing;

/// <summary>Reads flags as docker's client does: <c>-it</c>, <c>-p80:80</c>, <c>--flag=v</c>, <c>--flag v</c>, <c>--</c>, flags between arguments where the command allows it.</summary>
internal static class CommandLine
{
    /// <summary>Reads what follows a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">Its words, for example <c>davit container run</c>.</param>
    /// <param name="words">All words of the call, the program's name left out.</param>
    /// <param name="from">Index of the first word that belongs to the command.</param>
    /// <exception cref="UsageException">With docker's text.</exception>
    internal static Arguments Parse(CommandNode command, string path, IReadOnlyList<string> words, int from = 0)
    {
        var arguments = new Arguments(command, path);
        for (var i = from; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                arguments.Words.AddRange(words.Skip(i + 1));
                break;
            }

            if (word.StartsWith("--", StringComparison.Ordinal)) i = Long(arguments, words, i);
            else if (word.Length > 1 && word[0] == '-') i = Short(arguments, words, i);
            else
            {
                arguments.Words.Add(word);
                if (command.Interspersed) continue;
                arguments.Words.AddRange(words.Skip(i + 1));
                break;
            }
        }

        var count = arguments.Words.Count;
        if (!arguments.Is("help") && (count < command.Least || count > command.Most)) throw new UsageException(arguments, $"'{path}' {Requirement(command)}") { ExitCode = 1 };
        return arguments;
    }

    /// <summary>Reads one flag that stands at a place; the caller knows that there is one.</summary>
    /// <returns>Index of the last word that belongs to it.</returns>
    internal static int ReadFlag(Arguments arguments, IReadOnlyList<string> words, int at) =>
        words[at].StartsWith("--", StringComparison.Ordinal) ? Long(arguments, words, at) : Short(arguments, words, at);

    private static string Requirement(CommandNode command)
    {
        static string Count(int n) => n == 1 ? "1 argument" : $"{n} arguments";
        if (command.Most == 0) return "accepts no arguments";
        if (command.Least == command.Most) return $"requires {Count(command.Least)}";
        if (command.Most == int.MaxValue) return $"requires at least {Count(command.Least)}";
        return command.Least == 0 ? $"requires at most {Count(command.Most)}" : $"requires at least {command.Least} and at most {Count(command.Most)}";
    }

    private static int Long(Arguments arguments, IReadOnlyList<string> words, int at)
    {
        var word = words[at][2..];
        var equal = word.IndexOf('=', StringComparison.Ordinal);
        var name = equal < 0 ? word : word[..equal];
        if (name == "help")
        {
            arguments.Add("help", "true");
            return at;
        }

        var flag = arguments.Command.Flags.FirstOrDefault(f => f.Name == name);
        if (flag is null)
        {
            var nearest = Suggestions.Nearest(name, arguments.Command.Flags.Where(f => !f.Hidden).Select(f => f.Name));
            throw new UsageException(arguments, $"unknown flag: --{name}") { Suggestion = nearest is null ? null : "--" + nearest, Word = at };
        }

        if (equal >= 0) return Set(arguments, flag, word[(equal + 1)..], at, at);
        if (flag.Kind == FlagKind.Bool) return Set(arguments, flag, "true", at, at);
        if (at + 1 >= words.Count) throw new UsageException(arguments, $"flag needs an argument: --{name}") { Word = at };
        return Set(arguments, flag, words[at + 1], at + 1, at + 1);
    }

    private static int Short(Arguments arguments, IReadOnlyList<string> words, int at)
    {
        var letters = words[at];
        for (var i = 1; i < letters.Length; i++)
        {
            var letter = letters[i];
            var flag = arguments.Command.Flags.FirstOrDefault(f => f.Short == letter);
            if (flag is null)
            {
                if (letter == 'h')
                {
                    arguments.Add("help", "true");
                    return at;
                }

                throw new UsageException(arguments, $"unknown shorthand flag: '{letter}' in {(i == 1 ? letters : "-" + letters[i..])}") { Word = at, Suggestion = AsLong(arguments, letters) };
            }

            if (flag.Kind == FlagKind.Bool)
            {
                if (i + 1 < letters.Length && letters[i + 1] == '=') return Set(arguments, flag, letters[(i + 2)..], at, at);
                Set(arguments, flag, "true", at, at);
                continue;
            }

            if (i + 1 < letters.Length) return Set(arguments, flag, letters[i + 1] == '=' ? letters[(i + 2)..] : letters[(i + 1)..], at, at);
            if (at + 1 >= words.Count) throw new UsageException(arguments, $"flag needs an argument: '{letter}' in {(i == 1 ? letters : "-" + letters[i..])}") { Word = at };
            return Set(arguments, flag, words[at + 1], at + 1, at + 1);
        }

        return at;
    }

    /// <summary><c>-name</c> is mostly <c>--name</c> with a dash forgotten.</summary>
    private static string? AsLong(Arguments arguments, string letters) =>
        letters.Length > 2 && arguments.Command.Flags.FirstOrDefault(f => !f.Hidden && f.Name == letters[1..].Split('=')[0]) is { } flag ? "--" + flag.Name : null;

    private static int Set(Arguments arguments, Flag flag, string value, int at, int last)
    {
        UsageException Wrong(string problem) => new(arguments, $"invalid argument \"{value}\" for \"{arguments.Spelled(flag.Name)}\" flag: {problem}") { Word = at };
        if (flag.Kind == FlagKind.Bool)
        {
            value = value switch
            {
                "1" or "t" or "T" or "true" or "TRUE" or "True" => "true",
                "0" or "f" or "F" or "false" or "FALSE" or "False" => "false",
                _ => throw Wrong($"strconv.ParseBool: parsing \"{value}\": invalid syntax"),
            };
        }
        else if (FlagValues.Problem(flag, value) is { } problem) throw Wrong(problem);

        if (flag.Placeholder is "strings" or "stringToString") foreach (var part in value.Split(',')) arguments.Add(flag.Name, part);
        else arguments.Add(flag.Name, value);
        return last;
    }
}
