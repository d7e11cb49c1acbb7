namespace Davit.Runtime.Tests.Conformance;

/// <summary>One requirement of the OCI runtime specification, as <c>ClauseCatalogue.txt</c> has it.</summary>
/// <param name="Id">Chapter and subject, for example <c>config-linux/devices/default</c>.</param>
/// <param name="Level">MUST, SHOULD NOT and so on (RFC 2119).</param>
/// <param name="Text">What it asks for, in our words.</param>
internal sealed record Clause(string Id, string Level, string Text)
{
    private static readonly string[] Levels = ["MUST NOT", "MUST", "SHOULD NOT", "SHOULD", "REQUIRED", "NOT RECOMMENDED"];

    /// <summary>The whole catalogue, in its order.</summary>
    internal static IReadOnlyList<Clause> All { get; } = Read();

    private static List<Clause> Read()
    {
        using var stream = typeof(Clause).Assembly.GetManifestResourceStream("ClauseCatalogue.txt")!;
        using var reader = new StreamReader(stream);
        var clauses = new List<Clause>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var rest = line[space..].TrimStart();
            var level = Levels.First(l => rest.StartsWith(l + " ", StringComparison.Ordinal));
            clauses.Add(new(line[..space], level, rest[level.Length..].Trim()));
        }

        return clauses;
    }
}
