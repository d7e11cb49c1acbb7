namespace Davit.Build.Graph;

/// <summary>A file whose content stands in the Dockerfile.</summary>
/// <param name="Name">Name.</param>
/// <param name="Content">Text.</param>
internal sealed record InlineFile(string Name, string Content);
