namespace Davit.Dockerfile.Instructions;

/// <summary>One <c>--mount</c> of RUN. Variables in its values are not expanded yet.</summary>
public sealed record RunMount
{
    /// <summary>Kind.</summary>
    public RunMountKind Kind { get; init; }

    /// <summary>Mount point.</summary>
    public required string Target { get; init; }

    /// <summary>Path in the source; <c>/</c> by default.</summary>
    public string Source { get; init; } = "/";

    /// <summary>Stage or image that the source is in; null for the context.</summary>
    public string? From { get; init; }

    /// <summary>Not writable.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Name of a cache, by default its target; of a secret, by default the last part of its target; of an agent.</summary>
    public string? CacheId { get; init; }

    /// <summary><c>shared</c>, <c>private</c> or <c>locked</c>.</summary>
    public string Sharing { get; init; } = "shared";

    /// <summary>Mode of a new cache directory.</summary>
    public uint Mode { get; init; } = 0x1ED;

    /// <summary>Owner of a new cache directory.</summary>
    public uint Uid { get; init; }

    /// <summary>Group of a new cache directory.</summary>
    public uint Gid { get; init; }

    /// <summary>Secret and ssh: the step must not run without it.</summary>
    public bool Required { get; init; }

    /// <summary>Size limit of a tmpfs in bytes; 0 for none.</summary>
    public long Size { get; init; }
}
