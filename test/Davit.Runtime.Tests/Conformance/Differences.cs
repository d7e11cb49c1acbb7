namespace Davit.Runtime.Tests.Conformance;

/// <summary>What runc 1.3.6 and crun 1.28 do differently, and the clause that decides.</summary>
internal static class Differences
{
    internal static IReadOnlyList<Difference> All { get; } =
    [
    ];
}
