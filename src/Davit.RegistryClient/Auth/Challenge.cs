using System.Net.Http.Headers;

namespace Davit.RegistryClient.Auth;

/// <summary>One challenge of a <c>WWW-Authenticate</c> header (RFC 9110, 11.6.1).</summary>
internal sealed class Challenge(string scheme, IReadOnlyDictionary<string, string> parameters)
{
    /// <summary>Lower case: <c>basic</c>, <c>bearer</c>.</summary>
    internal string Scheme { get; } = scheme;

    internal string? this[string name] => parameters.GetValueOrDefault(name);

    internal static List<Challenge> ReadAll(HttpResponseHeaders headers)
    {
        var all = new List<Challenge>();
        if (!headers.NonValidated.TryGetValues("WWW-Authenticate", out var values)) return all;
        foreach (var value in values) Read(value, all);
        return all;
    }

    private static void Read(ReadOnlySpan<char> text, List<Challenge> all)
    {
        Dictionary<string, string>? parameters = null;
        while (true)
        {
            text = text.TrimStart(" \t,");
            if (text.IsEmpty) return;
            var end = text.IndexOfAny(" \t,=");
            var token = (end < 0 ? text : text[..end]).ToString();
            text = end < 0 ? default : text[end..];
            var after = text.TrimStart(" \t");
            if (after is ['=', ..] && parameters is not null)
            {
                text = after[1..].TrimStart(" \t");
                parameters[token.ToLowerInvariant()] = ReadValue(ref text);
            }
            else if (token.Length > 0)
            {
                parameters = [];
                all.Add(new(token.ToLowerInvariant(), parameters));
            }
            else
            {
                return;
            }
        }
    }

    private static string ReadValue(ref ReadOnlySpan<char> text)
    {
        if (text is not ['"', ..])
        {
            var end = text.IndexOfAny(" \t,");
            var plain = (end < 0 ? text : text[..end]).ToString();
            text = end < 0 ? default : text[end..];
            return plain;
        }

        var value = new System.Text.StringBuilder();
        var at = 1;
        for (; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }

        text = at < text.Length ? text[(at + 1)..] : default;
        return value.ToString();
    }
}
