using System.Text.Json.Serialization;

namespace Davit.DockerApi.Host;

/// <summary>Firewall.</summary>
public sealed record FirewallInfo
{
    /// <summary><c>nftables</c>.</summary>
    public string Driver { get; set; } = "";

    /// <summary>Details.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<string>>? Info { get; set; }
}
