namespace Davit.Engine.Containers;

/// <summary>How a container is removed.</summary>
public sealed record RemoveOptions
{
    /// <summary>Also when it runs.</summary>
    public bool Force { get; init; }

    /// <summary>Its anonymous volumes too.</summary>
    public bool Volumes { get; init; }

    /// <summary>A link of a container, <c>container/alias</c>, instead of a container.</summary>
    public bool Link { get; init; }
}
