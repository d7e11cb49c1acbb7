namespace Davit.Runtime.Tests.Conformance;

/// <summary>Something that another runtime does differently. The suite fails when it does not show.</summary>
/// <param name="Test">Name of the test, with its row in brackets where it has some.</param>
/// <param name="Runtime"><c>runc</c> or <c>crun</c>.</param>
/// <param name="Clause">The clause that decides who is right.</param>
/// <param name="Does">What that runtime does.</param>
/// <param name="Sometimes">It is a race, and need not show.</param>
/// <param name="Hangs">It waits for ever there: the suite takes that on trust.</param>
internal sealed record Difference(string Test, string Runtime, string Clause, string Does, bool Sometimes = false, bool Hangs = false);
