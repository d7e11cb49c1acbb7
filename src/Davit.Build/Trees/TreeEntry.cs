using Davit.Linux.Directories;

namespace Davit.Build.Trees;

/// <summary>A file of a source tree.</summary>
/// <param name="Path">Path in the tree, without a leading slash; empty for the root.</param>
/// <param name="Stat">What it is.</param>
internal readonly record struct TreeEntry(string Path, FileStat Stat);
