namespace Davit.Build.Graph;

/// <summary>Where a copy takes files from.</summary>
/// <param name="Input">Index of the vertex among the inputs.</param>
/// <param name="Paths">Paths and patterns in it.</param>
internal sealed record CopySource(int Input, IReadOnlyList<string> Paths);
