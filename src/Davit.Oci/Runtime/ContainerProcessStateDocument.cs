namespace Davit.Oci.Runtime;

/// <summary>What a seccomp listener is told of the process it serves (config-linux.md, "The Container Process State").</summary>
public sealed record ContainerProcessStateDocument
{
    /// <summary>Version of the specification.</summary>
    public string OciVersion { get; init; } = "";

    /// <summary>Names of the descriptors that came with the message, in order.</summary>
    public IReadOnlyList<string> Fds { get; init; } = [];

    /// <summary>The process, as the runtime sees it.</summary>
    public int Pid { get; init; }

    /// <summary>The profile's own words for the listener.</summary>
    public string? Metadata { get; init; }

    /// <summary>The container.</summary>
    public ContainerStateDocument State { get; init; } = new();
}
