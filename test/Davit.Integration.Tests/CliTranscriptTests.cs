using System.Text.RegularExpressions;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>
/// The same words typed to docker's client and to ours, on one daemon: results, errors and exit codes are compared. Transcripts/Client/*.txt has a call a line;
/// <c>@</c> is a letter of its client, so that both can make things; a line that begins with <c>~</c> is compared by exit code alone, and says why.
/// </summary>
public sealed partial class CliTranscriptTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private const string Script = """
        prog=$1 me=$2 out=$3 i=0; mkdir -p "$out"
        while IFS= read -r line; do
          line=${line//@/$me}; eval "set -- $line"
          $prog "$@" >"$out/$i.out" 2>"$out/$i.err" </dev/null; echo $? >"$out/$i.rc"; i=$((i+1))
        done
        """;

    [Theory]
    [InlineData("sample")]
    public Task Calls_answer_as_dockers_client_does(string table) => CompareAsync(table);

    [Theory]
    [Trait("Ring", "clients")]
    [InlineData("commands")]
    public Task All_calls_answer_as_dockers_client_does(string table) => CompareAsync(table);

    private async Task CompareAsync(string table)
    {
        if (TestDaemon.IsPeer) return;
        var lines = (await File.ReadAllLinesAsync(Path.Combine(Project.Root, "test/Davit.Integration.Tests/Transcripts/Client", table + ".txt"))).Where(l => l.Length > 0 && l[0] != '#').ToList();
        var input = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(l => l[0] == '~' ? l[1..].Split(" ## ")[0].TrimEnd() : l)) + "\n");
        var (theirs, ours) = (Path.Combine(Daemon.Directory, table + "-1"), Path.Combine(Daemon.Directory, table + "-2"));
        var limit = TimeSpan.FromMinutes(9);
        await Task.WhenAll(
            Peers.RunAsync(["env", "DOCKER_BUILDKIT=0", "HOME=" + Peers.Inside(Daemon.Directory), "DOCKER_HOST=unix://" + Peers.Inside(Daemon.Socket), "bash", "-c", Script, "bash", "docker", "1", Peers.Inside(theirs)], input, null, limit),
            Command.RunAsync("bash", ["-c", Script, "bash", Project.Executable("davit"), "2", ours], input, new Dictionary<string, string?> { ["HOME"] = Daemon.Directory, ["DOCKER_HOST"] = "unix://" + Daemon.Socket, ["DAVIT_HOST"] = null }, limit));
        var differences = new List<string>();
        for (var i = 0; i < lines.Count; i++)
        {
            foreach (var part in (string[])(lines[i][0] == '~' ? ["rc"] : ["rc", "out", "err"]))
            {
                var (docker, davit) = (Plain(await File.ReadAllTextAsync($"{theirs}/{i}.{part}")), Plain(await File.ReadAllTextAsync($"{ours}/{i}.{part}")));
                if (docker != davit) differences.Add($"{lines[i]}\n--- docker {part}\n{docker}--- davit {part}\n{davit}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>Takes away what must differ (the program's name, ids, times) and what we say more (hints, carets, suggestions).</summary>
    private static string Plain(string text)
    {
        text = Deprecation().Replace(Suggested().Replace(Caret().Replace(Hint().Replace(text, ""), ""), ""), "");
        text = text.Replace("ockerfile", "OCKERFILE", StringComparison.Ordinal).Replace("docker.com", "D.com", StringComparison.Ordinal).Replace("docker", "davit", StringComparison.Ordinal).Replace("Docker", "Davit", StringComparison.Ordinal).Replace("SRun ", "Run ", StringComparison.Ordinal).Replace("/share/", "/tmp/", StringComparison.Ordinal);
        text = Moment().Replace(Ago().Replace(Id().Replace(text, "<id>"), "<time>"), "<moment>");
        return Spaces().Replace(Client().Replace(text, "-@"), " ");
    }

    [GeneratedRegex("^Hint: .*\n", RegexOptions.Multiline)]
    private static partial Regex Hint();

    [GeneratedRegex("\n  (davit|…) .*\n +\\^+.*\n")]
    private static partial Regex Caret();

    [GeneratedRegex("\nDid you mean this\\?\n\t.*\n")]
    private static partial Regex Suggested();

    [GeneratedRegex("^DEPRECATED.*\n.*\n.*\n\n?", RegexOptions.Multiline)]
    private static partial Regex Deprecation();

    [GeneratedRegex("\\b([0-9a-f]{64}|[0-9a-f]{12})\\b")]
    private static partial Regex Id();

    [GeneratedRegex("(About an?|\\d+|Less than a) (second|minute|hour)s?( ago)?")]
    private static partial Regex Ago();

    [GeneratedRegex("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)? \\+0000 UTC")]
    private static partial Regex Moment();

    [GeneratedRegex("-[12]\\b")]
    private static partial Regex Client();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
