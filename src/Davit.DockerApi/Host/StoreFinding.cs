namespace Davit.DockerApi.Host;

/// <summary>Something in the data root that is not as it should be.</summary>
public sealed record StoreFinding
{
    /// <summary>What it is about: a path, a digest.</summary>
    public string Subject { get; init; } = "";

    /// <summary>What is wrong.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What was done about it, or null.</summary>
    public string? Repair { get; init; }
}
