namespace Davit.RegistryClient;

/// <summary>What the caller shows to a registry. All null is the same as no credential.</summary>
/// <param name="Username">User, or null.</param>
/// <param name="Password">Password, or null.</param>
/// <param name="IdentityToken">OAuth2 refresh token, or null.</param>
/// <param name="RegistryToken">Bearer token to be sent as it is, or null.</param>
public sealed record Credential(string? Username, string? Password, string? IdentityToken = null, string? RegistryToken = null)
{
    internal bool IsEmpty => string.IsNullOrEmpty(Username) && string.IsNullOrEmpty(IdentityToken) && string.IsNullOrEmpty(RegistryToken);

    /// <inheritdoc/>
    public override string ToString() => $"credential of {Username}";
}
