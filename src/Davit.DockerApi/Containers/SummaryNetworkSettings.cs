namespace Davit.DockerApi.Containers;

/// <summary>Part of the summary.</summary>
public sealed record SummaryNetworkSettings
{
    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, EndpointSettings>? Networks { get; set; }
}
