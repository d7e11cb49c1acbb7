using Davit.Dockerfile.Ignore;
using Davit.Primitives;

namespace Davit.Dockerfile.Tests;

public class IgnoreFileTests
{
    [Theory]
    [InlineData("*.md", "a.md", true)]
    [InlineData("*.md", "d/a.md", false)]
    [InlineData("**/*.md", "a.md", true)]
    [InlineData("**/*.md", "d/e/a.md", true)]
    [InlineData("node_modules", "node_modules/x/y", true)]
    [InlineData("node_modules", "a/node_modules", false)]
    [InlineData("**/node_modules", "a/node_modules/b", true)]
    [InlineData("/abs", "abs/x", true)]
    [InlineData("./abs/", "abs/x", true)]
    [InlineData("a/../b", "b", true)]
    [InlineData("*/temp*", "x/temporary.txt", true)]
    [InlineData("*/*/temp*", "x/temporary.txt", false)]
    [InlineData("temp?", "tempa", true)]
    [InlineData("temp?", "temp", false)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[^a-c].txt", "b.txt", false)]
    [InlineData("a[^b]c", "a/c", false)]
    [InlineData("a[+-9]c", "a/c", false)]
    [InlineData("[ab-]", "-", true)]
    [InlineData("[a\\-c]", "b", false)]
    [InlineData("[a\\-c]", "-", true)]
    [InlineData("*\n!keep", "keep", false)]
    [InlineData("*\n!keep", "other", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-x.md", false)]
    [InlineData("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false)]
    [InlineData("d\n!d/keep", "d/keep", false)]
    [InlineData("d\n!d/keep", "d/other", true)]
    [InlineData("# comment\n\n  x  ", "x", true)]
    [InlineData("# comment", "# comment", false)]
    [InlineData("**", "a/b", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "b", false)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("! keep\n", "keep", false)]
    public void Patterns_decide(string rules, string path, bool ignored) => Assert.Equal(ignored, IgnoreFile.Parse(rules).Ignores(path));

    [Theory]
    [InlineData("a[", "syntax error in pattern: \"a[\"")]
    [InlineData("a[]", "syntax error in pattern")]
    [InlineData("[z-a]", "syntax error in pattern: \"[z-a]\"")]
    [InlineData("x\\", "syntax error in pattern")]
    [InlineData("!", "illegal exclusion pattern: \"!\"")]
    public void Broken_patterns_are_named(string rules, string expected) =>
        Assert.Contains(expected, Assert.Throws<DavitException>(() => IgnoreFile.Parse(rules)).Message, StringComparison.Ordinal);

    [Fact]
    public void Pattern_that_is_too_long_to_match_in_linear_time_is_named() =>
        Assert.Contains("pattern too long: \"a?a?", Assert.Throws<DavitException>(() => IgnoreFile.Parse(string.Concat(Enumerable.Repeat("a?", 20_000)))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("package*.json", "package-lock.json", true)]
    [InlineData("a/*", "a/b", true)]
    [InlineData("a/*", "a/b/c", false)]
    [InlineData("a/**/c", "a/x/y/c", true)]
    [InlineData("a/**/c", "a/c", true)]
    public void Path_patterns_match_whole_paths(string pattern, string path, bool match) => Assert.Equal(match, new PathPattern(pattern).IsMatch(path));
}
