namespace Davit.Oci.Runtime;

/// <summary>The state of a container (runtime.md, "State").</summary>
public sealed record ContainerStateDocument
{
    /// <summary>Version of the specification.</summary>
    public string OciVersion { get; init; } = "";

    /// <summary>Container id.</summary>
    public string Id { get; init; } = "";

    /// <summary><c>creating created running stopped</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>First process as the host sees it; 0 when there is none.</summary>
    public int Pid { get; init; }

    /// <summary>Absolute path of the bundle.</summary>
    public string Bundle { get; init; } = "";

    /// <summary>From the configuration.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
