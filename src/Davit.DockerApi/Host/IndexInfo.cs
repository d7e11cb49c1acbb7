namespace Davit.DockerApi.Host;

/// <summary>A registry.</summary>
public sealed record IndexInfo
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Mirrors.</summary>
    public IReadOnlyList<string>? Mirrors { get; set; }

    /// <summary>TLS is demanded.</summary>
    public bool Secure { get; set; }

    /// <summary>The default one.</summary>
    public bool Official { get; set; }
}
