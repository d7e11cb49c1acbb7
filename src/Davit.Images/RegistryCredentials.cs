namespace Davit.Images;

/// <summary>Credentials as the client sends them in <c>X-Registry-Auth</c>.</summary>
/// <param name="Username">User, or null.</param>
/// <param name="Password">Password, or null.</param>
/// <param name="IdentityToken">OAuth2 refresh token, or null.</param>
/// <param name="RegistryToken">Bearer token as it is, or null.</param>
public sealed record RegistryCredentials(string? Username, string? Password, string? IdentityToken, string? RegistryToken);
