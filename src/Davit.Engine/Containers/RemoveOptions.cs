namespace Davit.Engine.Containers;

/// <summary>How a container is removed.</summary>
public sealed record RemoveOptions
{
    /// <summary>Also when it runs.</summary>
    public bool Force { get; init; }

    /// <summary>Its anonymous volumes too.</summary>
    public bool Volumes { get; init; }

    /// <summary>A link instead of a container; there are none.</summary>
    public bool Link { get; init; }
}
