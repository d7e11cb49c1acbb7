using System.Text;
using System.Text.RegularExpressions;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>
/// What real Docker answered, kept in files: a line <c>$ command</c>, then its output (<c>|</c>), errors (<c>!</c>) and exit code (<c>?</c>). The commands of a
/// file build on each other. <c>DAVIT_TEST_PEER=1</c> asks Docker again, and
/// <c>DAVIT_TEST_RECORD=1</c> with it writes down what it answers.
/// </summary>
public partial class TranscriptTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public Task Refusals() => Follow("refusals");

    [Theory]
    [Trait("Ring", "clients")]
    [InlineData("run-limits")]
    [InlineData("run-configuration")]
    [InlineData("run-mounts")]
    [InlineData("commands")]
    public Task Commands(string file) => Follow(file);

    private async Task Follow(string file)
    {
        var (differences, answers) = (new StringBuilder(), new StringBuilder());
        var path = Path.Combine(Project.Root, "test/Davit.Integration.Tests/Transcripts", file + ".txt");
        foreach (var entry in (await File.ReadAllTextAsync(path)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = entry.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var command = lines[0][2..];
            var result = await Daemon.ScriptAsync(command);
            var answer = string.Join('\n', Lines("| ", result.Text).Concat(Lines("! ", result.Error)).Append($"? {result.ExitCode}"));
            answers.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(answers.Length > 0 ? "\n" : "")}$ {command}\n{answer}\n");
            var expected = string.Join('\n', lines[1..]);
            if (answer != expected) differences.Append(System.Globalization.CultureInfo.InvariantCulture, $"$ {command}\nexpected\n{expected}\nbut got\n{answer}\n\n");
        }

        if (TestDaemon.IsPeer && Environment.GetEnvironmentVariable("DAVIT_TEST_RECORD") == "1") await File.WriteAllTextAsync(path, answers.ToString());
        Assert.True(differences.Length == 0, differences.ToString());
    }

    /// <summary>Ids, addresses and times are others each time; hints are ours.</summary>
    private static IEnumerable<string> Lines(string prefix, string text)
    {
        text = Digests().Replace(text, "<ID>");
        text = ShortIds().Replace(text, "<id>");
        text = Addresses().Replace(text, "<ip>");
        text = Times().Replace(text, "<time>");
        text = RunHelp().Replace(text, "\n");
        text = Hints().Replace(text, "");
        text = Hardware().Replace(text, "<mac>").Trim();
        return text.Length == 0 ? [] : text.Split('\n').Select(line => prefix + line);
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Digests();

    [GeneratedRegex(@"\b[0-9a-f]{12}\b")]
    private static partial Regex ShortIds();

    [GeneratedRegex(@"\b(172\.1[78]|10\.\d+)\.\d+\.\d+")]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC|[+-]\d\d:\d\d)?")]
    private static partial Regex Times();

    [GeneratedRegex("\n+Run 'docker run --help' for more information\n?")]
    private static partial Regex RunHelp();

    [GeneratedRegex(@"\n+hint: .*")]
    private static partial Regex Hints();

    [GeneratedRegex("([0-9a-f]{2}:){5}[0-9a-f]{2}")]
    private static partial Regex Hardware();
}
