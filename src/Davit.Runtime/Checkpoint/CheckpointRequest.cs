namespace Davit.Runtime.Checkpoint;

/// <summary>Options of <c>checkpoint</c> and <c>restore</c> (criu(8)).</summary>
internal sealed record CheckpointRequest
{
    internal string Id { get; init; } = "";

    /// <summary>Directory of the images; absolute.</summary>
    internal required string ImagePath { get; init; }

    /// <summary>Directory of the log and what else is written; null for that of the images.</summary>
    internal string? WorkPath { get; init; }

    /// <summary>Images of a checkpoint before this one, relative to the directory of the images.</summary>
    internal string? ParentPath { get; init; }

    internal bool LeaveRunning { get; init; }

    internal bool PreDump { get; init; }

    internal bool TcpEstablished { get; init; }

    internal bool TcpSkipInFlight { get; init; }

    internal bool TcpClose { get; init; }

    internal bool LinkRemap { get; init; }

    internal bool ExternalUnixSockets { get; init; }

    internal bool ShellJob { get; init; }

    internal bool FileLocks { get; init; }

    internal bool AutoDedup { get; init; }

    internal bool LazyPages { get; init; }

    /// <summary>A descriptor that takes a zero byte once the server of the memory is ready, or -1.</summary>
    internal int StatusDescriptor { get; init; } = -1;

    /// <summary>Where memory is sent to.</summary>
    internal (string Address, int Port)? PageServer { get; init; }

    /// <summary>How cgroups are treated.</summary>
    internal CgroupMode CgroupMode { get; init; } = CgroupMode.Soft;

    /// <summary>What keeps packets away meanwhile; null leaves it to CRIU where its tool is there.</summary>
    internal NetworkLock? NetworkLock { get; init; }

    /// <summary><c>TYPE:NAME</c> of the profile that what is restored gets, instead of the one it had.</summary>
    internal string? LsmProfile { get; init; }

    /// <summary>SELinux context of what is mounted.</summary>
    internal string? LsmMountContext { get; init; }
}

/// <summary>How CRIU treats cgroups (criu_cg_mode).</summary>
internal enum CgroupMode
{
    Ignore = 0,
    Soft = 3,
    Full = 4,
    Strict = 5,
}

/// <summary>What keeps packets of established connections away while processes stand (criu_network_lock_method).</summary>
internal enum NetworkLock
{
    Iptables = 1,
    Nftables = 2,
    Skip = 3,
}
