namespace Davit.Monitor.Runner;

/// <summary>An overlay mount by its parts.</summary>
/// <param name="LowerDirectories">Top-most first.</param>
/// <param name="UpperDirectory">Writable directory.</param>
/// <param name="WorkDirectory">Work directory.</param>
/// <param name="Volatile">Mount with <c>volatile</c>.</param>
public sealed record OverlayRoot(IReadOnlyList<string> LowerDirectories, string UpperDirectory, string WorkDirectory, bool Volatile);
