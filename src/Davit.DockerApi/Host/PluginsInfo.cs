namespace Davit.DockerApi.Host;

/// <summary>Plug-ins by kind.</summary>
public sealed record PluginsInfo
{
    /// <summary>Volume drivers.</summary>
    public IReadOnlyList<string>? Volume { get; set; }

    /// <summary>Network drivers.</summary>
    public IReadOnlyList<string>? Network { get; set; }

    /// <summary>Authorization.</summary>
    public IReadOnlyList<string>? Authorization { get; set; }

    /// <summary>Log drivers.</summary>
    public IReadOnlyList<string>? Log { get; set; }
}
