using System.Text;
using System.Text.RegularExpressions;

namespace Davit.Dockerfile.Expansion;

/// <summary>Patterns of <c>${v#p} ${v%p} ${v/p/r}</c>: <c>*</c> any text, <c>?</c> any character, <c>\</c> escapes.</summary>
internal static class ShellPattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public static string TrimPrefix(string value, string pattern, bool longest) =>
        Regex.Match(value, "^" + ToRegex(pattern, longest), RegexOptions.Singleline | RegexOptions.CultureInvariant, Limit) is { Success: true } match ? value[match.Length..] : value;

    public static string TrimSuffix(string value, string pattern, bool longest)
    {
        // the shortest suffix is found by looking from the end
        var expression = "^(?:" + ToRegex(pattern, true) + ")$";
        var starts = longest ? Enumerable.Range(0, value.Length + 1) : Enumerable.Range(0, value.Length + 1).Reverse();
        foreach (var start in starts)
        {
            if (Regex.IsMatch(value[start..], expression, RegexOptions.Singleline | RegexOptions.CultureInvariant, Limit)) return value[..start];
        }

        return value;
    }

    public static string Replace(string value, string pattern, string replacement, bool all)
    {
        if (pattern.Length == 0) return value;
        var left = all ? -1 : 1;
        var expression = new Regex(ToRegex(pattern, true), RegexOptions.Singleline | RegexOptions.CultureInvariant, Limit);
        return expression.Replace(value, _ => replacement, left);
    }

    private static string ToRegex(string pattern, bool greedy)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*': text.Append(greedy ? ".*" : ".*?"); break;
                case '?': text.Append('.'); break;
                case '\\' when i + 1 < pattern.Length: text.Append(Regex.Escape(pattern[++i].ToString())); break;
                case var c: text.Append(Regex.Escape(c.ToString())); break;
            }
        }

        return text.ToString();
    }
}
