namespace Davit.DockerApi.Containers;

/// <summary>When to start again.</summary>
public sealed record RestartPolicy
{
    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c>, <c>on-failure</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>For <c>on-failure</c>.</summary>
    public int MaximumRetryCount { get; set; }
}
