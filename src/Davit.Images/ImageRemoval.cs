namespace Davit.Images;

/// <summary>One line of a removal.</summary>
/// <param name="Untagged">The name that went, or null.</param>
/// <param name="Deleted">The id or layer that went, or null.</param>
public sealed record ImageRemoval(string? Untagged, string? Deleted);
