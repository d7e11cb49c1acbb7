namespace Davit.RegistryClient;

/// <summary>Outcome of a successful login.</summary>
/// <param name="Status"><c>Login Succeeded</c>.</param>
/// <param name="IdentityToken">Token to keep instead of the password, or empty.</param>
public sealed record LoginResult(string Status, string IdentityToken);
