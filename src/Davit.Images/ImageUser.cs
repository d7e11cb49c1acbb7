namespace Davit.Images;

/// <summary>A container that uses an image.</summary>
/// <param name="ContainerId">Full id.</param>
/// <param name="Running">Whether it runs now.</param>
public sealed record ImageUser(string ContainerId, bool Running);
