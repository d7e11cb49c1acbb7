using Davit.Dockerfile.Expansion;
using Davit.Primitives;

namespace Davit.Dockerfile.Tests;

public class WordExpanderTests
{
    private static readonly Dictionary<string, string> Values = new() { ["A"] = "hello", ["E"] = "", ["P"] = "foobarbaz", ["PATH"] = "/usr/bin:/bin", ["S"] = "a b", ["D"] = "a/b/c.tar.gz" };

    private static WordExpander Expander(bool keepQuotes = false) => new('\\', n => Values.GetValueOrDefault(n), keepQuotes);

    [Theory]
    [InlineData("$A", "hello")]
    [InlineData("${A}x", "hellox")]
    [InlineData("$A$A", "hellohello")]
    [InlineData("$Ax", "")]
    [InlineData("\\$A", "$A")]
    [InlineData("'$A'", "$A")]
    [InlineData("\"$A\"", "hello")]
    [InlineData("\"a\\\"b\"", "a\"b")]
    [InlineData("\"a\\nb\"", "a\\nb")]
    [InlineData("a\\ b", "a b")]
    [InlineData("$", "$")]
    [InlineData("a$", "a$")]
    [InlineData("$.", "$.")]
    [InlineData("${U:-d}", "d")]
    [InlineData("${E:-d}", "d")]
    [InlineData("${E-d}", "")]
    [InlineData("${U-d}", "d")]
    [InlineData("${A:+y}", "y")]
    [InlineData("${E:+y}", "")]
    [InlineData("${E+y}", "y")]
    [InlineData("${U:+y}", "")]
    [InlineData("${A:?no}", "hello")]
    [InlineData("${U:-$A}", "hello")]
    [InlineData("${U:-${V:-x}}", "x")]
    [InlineData("${P#foo}", "barbaz")]
    [InlineData("${P#f*b}", "arbaz")]
    [InlineData("${P##f*b}", "az")]
    [InlineData("${P%b*}", "foobar")]
    [InlineData("${P%%b*}", "foo")]
    [InlineData("${P%x}", "foobarbaz")]
    [InlineData("${P/o/0}", "f0obarbaz")]
    [InlineData("${P//o/0}", "f00barbaz")]
    [InlineData("${P//ba?/-}", "foo--")]
    [InlineData("${D##*/}", "c.tar.gz")]
    [InlineData("${D%%.*}", "a/b/c")]
    [InlineData("${D//\\//-}", "a-b-c.tar.gz")]
    [InlineData("/opt:$PATH", "/opt:/usr/bin:/bin")]
    [InlineData("x\\", "x")]
    public void Words_expand(string word, string expected) => Assert.Equal(expected, Expander().Expand(word));

    [Theory]
    [InlineData("${A", "missing '}'")]
    [InlineData("${}", "bad substitution")]
    [InlineData("${:x}", "bad substitution")]
    [InlineData("'a", "looking for matching single-quote")]
    [InlineData("\"a", "looking for matching double-quote")]
    [InlineData("${U:?must be there}", "U: must be there")]
    [InlineData("${U?}", "U: is not allowed to be unset")]
    [InlineData("${E:?}", "E: is not allowed to be empty")]
    [InlineData("${A:xy}", "unsupported modifier (:x) in substitution")]
    [InlineData("${A!y}", "unsupported modifier (!) in substitution")]
    public void Broken_words_are_refused(string word, string expected)
    {
        var error = Assert.Throws<DavitException>(() => Expander().Expand(word));
        Assert.StartsWith($"failed to process \"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_split_after_expansion_but_not_inside_quotes()
    {
        Assert.Equal(["a", "b", "a b", "c d"], Expander().ExpandToWords("$S \"$S\" 'c d'"));
    }

    [Fact]
    public void Quotes_stay_in_heredocs()
    {
        Assert.Equal("\"hello\" 'hello' $A \\n", Expander(keepQuotes: true).Expand("\"$A\" '$A' \\$A \\n"));
    }

    [Fact]
    public void Unset_variables_are_recorded()
    {
        var expander = Expander();
        expander.Expand("$A $U ${V:-x}");
        Assert.Equal(["U", "V"], expander.Unset);
        Assert.Equal(["A", "U", "V"], expander.Used);
    }
}
