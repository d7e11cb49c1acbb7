using System.Reflection;
using System.Text;
using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>No clause without a test, no test of a clause that isn't there, and a table of it all that is up to date.</summary>
public sealed class CatalogueTests
{
    private static string Table => Path.Combine(Project.Root, "docs/conformance.md");

    [Fact]
    public void Every_clause_has_a_test()
    {
        var tested = Tests().SelectMany(t => t.Clauses).Select(c => c.Id).ToHashSet();
        Assert.Empty(Clause.All.Where(c => !tested.Contains(c.Id)).Select(c => c.Id));
    }

    [Fact]
    public void Every_id_that_a_test_or_a_difference_names_is_in_the_catalogue()
    {
        var known = Clause.All.Select(c => c.Id).ToHashSet();
        Assert.Equal(known.Count, Clause.All.Count);
        Assert.DoesNotContain(Named().SelectMany(t => t.Ids), id => !Matching(id).Any());
        var tests = Named().Select(t => t.Name).ToHashSet();
        Assert.DoesNotContain(Differences.All, d => !known.Contains(d.Clause) || !tests.Contains(d.Test.Split('(')[0]));
    }

    /// <summary>DAVIT_WRITE_DOCS=1 writes it.</summary>
    [Fact]
    public async Task Table_is_up_to_date()
    {
        Assert.SkipUnless(Directory.Exists(Path.GetDirectoryName(Table)), "no source tree here");
        var text = Write();
        if (Environment.GetEnvironmentVariable("DAVIT_WRITE_DOCS") == "1") await File.WriteAllTextAsync(Table, text, TestContext.Current.CancellationToken);
        Assert.Equal(text, await File.ReadAllTextAsync(Table, TestContext.Current.CancellationToken));
    }

    private static string Write()
    {
        var tests = Tests();
        var text = new StringBuilder("""
            # Conformance to the OCI runtime specification 1.3

            Made by the tests (`Davit.Runtime.Tests`, namespace `Conformance`; `DAVIT_WRITE_DOCS=1` writes it anew, and a test compares). One row for each
            requirement on a runtime on Linux, and on a configuration where the runtime has to refuse what breaks it, in our words. The suite runs on davit-oci in the ring
            for every change, and on runc 1.3.6 and crun 1.28 and in the cgroup v2 guests in the slow rings; `DAVIT_TEST_RUNTIME=runc` chooses by hand. A number
            leads to the differences below; "plan" means that no kernel at hand has it, and that the exact calls are what is tested.


            """.ReplaceLineEndings("\n"));
        var without = Clause.All.Count(c => !tests.Any(t => t.Clauses.Contains(c)));
        text.Append($"{Clause.All.Count} clauses, {tests.Count} tests; clauses without a test: {(without == 0 ? "none" : without)}.\n\n");
        text.Append("| clause | level | asks for | tests | davit-oci | runc | crun |\n|---|---|---|---|---|---|---|\n");
        foreach (var clause in Clause.All)
        {
            var own = tests.Where(t => t.Clauses.Contains(clause)).ToList();
            text.Append($"| {clause.Id} | {clause.Level} | {clause.Text} | {string.Join("<br>", own.Select(t => t.Name))} | {(own.All(t => t.OnPlan) ? "holds (plan)" : "holds")} | {Cell(clause, own, "runc")} | {Cell(clause, own, "crun")} |\n");
        }

        text.Append("\n## Differences\n\n| | runtime | what it does | clause that decides | test |\n|---|---|---|---|---|\n");
        for (var i = 0; i < Differences.All.Count; i++)
        {
            var d = Differences.All[i];
            text.Append($"| {i + 1} | {d.Runtime} | {d.Does}{(d.Sometimes ? " (a race: not always)" : "")} | {d.Clause} | {d.Test} |\n");
        }

        return text.ToString();
    }

    private static string Cell(Clause clause, IReadOnlyList<TestOfClauses> tests, string runtime)
    {
        if (tests.All(t => t.OnPlan)) return "";
        var numbers = Enumerable.Range(0, Differences.All.Count).Where(i => Differences.All[i].Runtime == runtime && Differences.All[i].Clause == clause.Id).Select(i => i + 1).ToList();
        return numbers.Count == 0 ? "holds" : $"differs ({string.Join(", ", numbers)})";
    }

    private static List<TestOfClauses> Tests() =>
        [.. Named().Select(t => new TestOfClauses(t.Name, t.OnPlan, [.. t.Ids.SelectMany(Matching)]))];

    private static IEnumerable<(string Name, bool OnPlan, IReadOnlyList<string> Ids)> Named() =>
        from type in typeof(CatalogueTests).Assembly.GetTypes().OrderBy(t => t.Name, StringComparer.Ordinal)
        from method in type.GetMethods().OrderBy(m => m.Name, StringComparer.Ordinal)
        let clauses = method.GetCustomAttributes<ClauseAttribute>().ToList()
        where clauses.Count > 0
        select (method.Name, clauses.All(c => c.OnPlan), (IReadOnlyList<string>)[.. clauses.SelectMany(c => c.Ids)]);

    private static IEnumerable<Clause> Matching(string id) =>
        id.EndsWith("/*", StringComparison.Ordinal) ? Clause.All.Where(c => c.Id.StartsWith(id[..^1], StringComparison.Ordinal)) : Clause.All.Where(c => c.Id == id);

    private sealed record TestOfClauses(string Name, bool OnPlan, IReadOnlyList<Clause> Clauses);
}
