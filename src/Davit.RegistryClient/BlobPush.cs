namespace Davit.RegistryClient;

/// <summary>How a blob came to be at the registry.</summary>
/// <param name="Existed">It was there before.</param>
/// <param name="MountedFrom">The repository that the registry took it from, or null.</param>
public sealed record BlobPush(bool Existed, string? MountedFrom);
