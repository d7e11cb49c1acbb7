using Davit.Dockerfile;
using Davit.Dockerfile.Expansion;
using Davit.Primitives;

namespace Davit.Build.Conversion;

/// <summary>Expansion of words whose failure shows the line.</summary>
internal static class Expansion
{
    public static string Word(char escape, Func<string, string?> lookup, string text, SourceText source, LineRange range, bool keepQuotes = false)
    {
        try
        {
            return new WordExpander(escape, lookup, keepQuotes).Expand(text);
        }
        catch (DavitException e)
        {
            throw DockerfileError.At(source, range, e, text);
        }
    }

    public static IReadOnlyList<string> Words(char escape, Func<string, string?> lookup, string text, SourceText source, LineRange range)
    {
        try
        {
            return new WordExpander(escape, lookup).ExpandToWords(text);
        }
        catch (DavitException e)
        {
            throw DockerfileError.At(source, range, e, text);
        }
    }
}
