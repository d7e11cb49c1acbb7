namespace Davit.Engine.Volumes;

/// <summary>A volume. Immutable.</summary>
public sealed record VolumeModel
{
    /// <summary>Name; 64 hexadecimal digits when nobody gave one.</summary>
    public required string Name { get; init; }

    /// <summary>Always <c>local</c>.</summary>
    public string Driver { get; init; } = "local";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Labels, or null when none were given.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Driver options (<c>type</c>, <c>o</c>, <c>device</c>, <c>size</c>), or null.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }

    /// <summary>Made because a container asked for a volume without a name.</summary>
    public bool Anonymous { get; init; }
}
