using System.Text.RegularExpressions;

namespace Davit.Dockerfile.Syntax;

/// <summary>Reads parser directives: they come before any instruction, comment or empty line, each at most once.</summary>
internal static partial class DirectiveReader
{
    public static Directives Read(SourceText source)
    {
        var result = new Directives();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var line = 1; line <= source.LineCount; line++)
        {
            var match = Pattern().Match(source[line]);
            if (!match.Success) break;
            var key = match.Groups[1].Value.ToLowerInvariant();
            if (key is not ("syntax" or "escape" or "check")) continue;
            var value = match.Groups[2].Value;
            var range = new LineRange(line, line);
            if (!seen.Add(key)) throw DockerfileError.Syntax(source, range, $"only one {key} parser directive can be used", key);
            if (key == "escape" && value is not ("\\" or "`"))
            {
                throw DockerfileError.Syntax(source, range, $"invalid escape token '{value}' does not match ` or \\", value);
            }

            result = key switch
            {
                "escape" => result with { Escape = value[0] },
                "syntax" => result with { Syntax = value },
                _ => result with { Check = value },
            };
        }

        return result;
    }

    [GeneratedRegex(@"^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")]
    private static partial Regex Pattern();
}
