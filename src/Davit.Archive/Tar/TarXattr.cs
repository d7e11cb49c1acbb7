namespace Davit.Archive.Tar;

/// <summary>An extended attribute of an entry.</summary>
/// <param name="Name">Full name, for example <c>security.capability</c>.</param>
/// <param name="Value">Its bytes.</param>
public readonly record struct TarXattr(string Name, byte[] Value);
