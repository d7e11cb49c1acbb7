namespace Davit.Linux.Mounts;

/// <summary>A line of /proc/PID/mountinfo.</summary>
public sealed record MountRecord
{
    /// <summary>Mount id.</summary>
    public int Id { get; init; }

    /// <summary>Id of the mount that it lies on.</summary>
    public int Parent { get; init; }

    /// <summary>Path inside its file system that is its root.</summary>
    public string Root { get; init; } = "";

    /// <summary>Where.</summary>
    public string MountPoint { get; init; } = "";

    /// <summary>Options of the mount.</summary>
    public string Options { get; init; } = "";

    /// <summary>Propagation: <c>shared:N</c>, <c>master:N</c> …</summary>
    public string Propagation { get; init; } = "";

    /// <summary>Type of the file system.</summary>
    public string FileSystem { get; init; } = "";

    /// <summary>Device or whatever the file system calls its source.</summary>
    public string Source { get; init; } = "";

    /// <summary>Options of the file system.</summary>
    public string SuperOptions { get; init; } = "";
}
