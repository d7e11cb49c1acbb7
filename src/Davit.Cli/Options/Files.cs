using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary>Environment and labels from flags and from files of lines.</summary>
internal static class Files
{
    /// <summary>Proxy settings, then files, then flags; a name without a value takes the client's own, and is left out when there is none.</summary>
    internal static List<string> Environment(Arguments arguments, IReadOnlyDictionary<string, string> proxies)
    {
        var result = new List<string>();
        void Set(string text)
        {
            var equal = text.IndexOf('=', StringComparison.Ordinal);
            var name = equal < 0 ? text : text[..equal];
            if (name.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid environment variable: {text}", "write NAME=value");
            if (equal < 0)
            {
                if (System.Environment.GetEnvironmentVariable(name) is not { } own) return;
                text = $"{name}={own}";
            }

            result.RemoveAll(e => e.StartsWith(name + "=", StringComparison.Ordinal));
            result.Add(text);
        }

        foreach (var (name, value) in proxies) Set($"{name}={value}");
        foreach (var file in arguments.List("env-file"))
        {
            foreach (var line in Lines(file)) Set(line);
        }

        foreach (var text in arguments.List("env")) Set(text);
        return result;
    }

    internal static Dictionary<string, string> Labels(Arguments arguments)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in arguments.List("label-file").SelectMany(Lines).Concat(arguments.List("label")))
        {
            var equal = text.IndexOf('=', StringComparison.Ordinal);
            labels[equal < 0 ? text : text[..equal]] = equal < 0 ? "" : text[(equal + 1)..];
        }

        return labels;
    }

    private static IEnumerable<string> Lines(string file)
    {
        if (!File.Exists(file)) throw new DavitException(ErrorKind.NotFound, $"open {file}: no such file or directory", "check the path");
        foreach (var raw in File.ReadLines(file))
        {
            var line = raw.TrimStart();
            if (line.Length == 0 || line[0] == '#') continue;
            var name = line.Split('=', 2)[0];
            if (name.Any(char.IsWhiteSpace)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid env file ({file}): variable '{name}' contains whitespaces", "write NAME=value, a line each");
            yield return line;
        }
    }
}
