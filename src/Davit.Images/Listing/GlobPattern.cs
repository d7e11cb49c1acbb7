namespace Davit.Images.Listing;

/// <summary>Shell patterns as Go's <c>path.Match</c> reads them: <c>*</c> and <c>?</c> stop at a slash, <c>[a-z]</c> and <c>[^a-z]</c>, backslash escapes.</summary>
internal static class GlobPattern
{
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (!pattern.IsEmpty)
        {
            switch (pattern[0])
            {
                case '*':
                    pattern = pattern.TrimStart('*');
                    for (var i = 0; ; i++)
                    {
                        if (Matches(pattern, text[i..])) return true;
                        if (i == text.Length || text[i] == '/') return false;
                    }

                case '?':
                    if (text.IsEmpty || text[0] == '/') return false;
                    pattern = pattern[1..];
                    break;
                case '[':
                    if (text.IsEmpty || !InClass(ref pattern, text[0])) return false;
                    break;
                default:
                    if (pattern is ['\\', _, ..]) pattern = pattern[1..];
                    if (text.IsEmpty || text[0] != pattern[0]) return false;
                    pattern = pattern[1..];
                    break;
            }

            text = text[1..];
        }

        return text.IsEmpty;
    }

    private static bool InClass(ref ReadOnlySpan<char> pattern, char c)
    {
        var at = 1;
        var negated = at < pattern.Length && pattern[at] is '^' or '!';
        if (negated) at++;
        var found = false;
        for (var first = true; at < pattern.Length && (first || pattern[at] != ']'); first = false)
        {
            var low = pattern[at++];
            var high = low;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                high = pattern[at + 1];
                at += 2;
            }

            found |= c >= low && c <= high;
        }

        pattern = at < pattern.Length ? pattern[(at + 1)..] : default;
        return found != negated;
    }
}
