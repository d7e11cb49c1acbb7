namespace Davit.Engine.Host;

/// <summary>What this program is.</summary>
/// <param name="Version">Version.</param>
/// <param name="Commit">Commit, or empty.</param>
/// <param name="BuildTime">When it was built, RFC 3339, or empty.</param>
public sealed record ProductInfo(string Version, string Commit, string BuildTime)
{
    /// <summary>Value of the Server header.</summary>
    public string ServerHeader => $"Davit/{Version} (linux)";
}
