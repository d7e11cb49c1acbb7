namespace Davit.Build.Trees;

/// <summary>One thing that a copy takes from a tree.</summary>
/// <param name="Tree">Where it is.</param>
/// <param name="Path">Path in the tree with all links resolved as far as the copy follows them; empty for the root.</param>
/// <param name="IsDirectory">A directory: its contents are copied.</param>
/// <param name="Name">Name in a destination directory; with <c>--parents</c> a path.</param>
internal sealed record Selection(SourceTree Tree, string Path, bool IsDirectory, string Name);
