namespace Davit.Cli.Parsing;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Suggestions
{
    /// <summary>The nearest candidate within two edits, or null.</summary>
    internal static string? Nearest(string word, IEnumerable<string> candidates) =>
        candidates.Select(c => (Word: c, Distance: Distance(word, c))).Where(c => c.Distance <= Math.Max(1, Math.Min(2, word.Length / 2)) || c.Word.StartsWith(word, StringComparison.Ordinal)).OrderBy(c => c.Distance).Select(c => c.Word).FirstOrDefault();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
