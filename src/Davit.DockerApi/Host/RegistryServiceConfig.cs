namespace Davit.DockerApi.Host;

/// <summary>Registries.</summary>
public sealed record RegistryServiceConfig
{
    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, IndexInfo>? IndexConfigs { get; set; }

    /// <summary>Networks whose registries may be without TLS.</summary>
    public IReadOnlyList<string>? InsecureRegistryCIDRs { get; set; }

    /// <summary>Mirrors of the default one.</summary>
    public IReadOnlyList<string>? Mirrors { get; set; }
}
