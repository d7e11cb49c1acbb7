namespace Davit.DockerApi.Host;

/// <summary>Answer to <c>POST /auth</c>.</summary>
public sealed record AuthResponse
{
    /// <summary>Token to keep in place of the password.</summary>
    public string IdentityToken { get; set; } = "";

    /// <summary><c>Login Succeeded</c>.</summary>
    public string Status { get; set; } = "";
}
