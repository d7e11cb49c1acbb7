using Davit.Cli.Commands.Image;
using Davit.Primitives;

namespace Davit.Cli.Tests;

/// <summary>What of a build's directory is sent.</summary>
public sealed class ContextRulesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("davit-context-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("node_modules", "node_modules", true, true)]
    [InlineData("node_modules\n!node_modules/keep", "node_modules", true, false)] // something in it comes back: it is looked into
    [InlineData("*\n!d/**/y", "d/sub/y", false, false)]
    [InlineData("*\n!d/**/y", "d/sub/z", false, true)]
    [InlineData("**", "Dockerfile", false, false)]
    [InlineData("**", ".dockerignore", false, false)]
    [InlineData("", "anything", false, false)]
    public void Patterns_decide_what_stays_behind(string text, string path, bool isDirectory, bool excluded)
    {
        File.WriteAllText(Path.Combine(_root, ".dockerignore"), text);
        Assert.Equal(excluded, ContextRules.Load(_root, "Dockerfile", dockerfileInside: true).Excludes(path, isDirectory));
    }

    [Fact]
    public void Ignore_file_of_a_Dockerfile_comes_first()
    {
        File.WriteAllText(Path.Combine(_root, ".dockerignore"), "a");
        File.WriteAllText(Path.Combine(_root, "x.Dockerfile.dockerignore"), "b");
        var rules = ContextRules.Load(_root, "x.Dockerfile", dockerfileInside: true);
        Assert.Equal([false, true, false], new[] { "a", "b", "x.Dockerfile.dockerignore" }.Select(path => rules.Excludes(path, isDirectory: false)));
    }

    [Fact]
    public void Broken_pattern_is_named()
    {
        File.WriteAllText(Path.Combine(_root, ".dockerignore"), "[z-a]");
        Assert.Equal("syntax error in pattern: \"[z-a]\"", Assert.Throws<DavitException>(() => ContextRules.Load(_root, "Dockerfile", dockerfileInside: true)).Message);
    }
}
