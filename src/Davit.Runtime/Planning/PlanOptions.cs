namespace Davit.Runtime.Planning;

/// <summary>What the start of a process needs beyond the OCI specification.</summary>
public sealed record PlanOptions
{
    /// <summary>Overlay to mount on the root's path inside the container's mount namespace, or null when the root is there.</summary>
    public OverlaySource? Overlay { get; init; }

    /// <summary>Path of the container's cgroup below each hierarchy's root, without the leading slash; null puts it into none.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>Cgroups below that one by controller, for exec; the empty name stands for all.</summary>
    public IReadOnlyDictionary<string, string> CgroupBelow { get; init; } = new Dictionary<string, string>();

    /// <summary>Move the root over the host's and chroot into it, where the host's root is a ramdisk that can't be left otherwise.</summary>
    public bool NoPivot { get; init; }

    /// <summary>Kill the process when its parent dies (PR_SET_PDEATHSIG).</summary>
    public bool DieWithParent { get; init; }

    /// <summary>Make the working directory when it is missing, as Docker does; else that is an error, as runc has it.</summary>
    public bool CreateWorkingDirectory { get; init; }

    /// <summary>Compiled seccomp filter (<c>struct sock_filter[]</c>), or null for none.</summary>
    public byte[]? SeccompFilter { get; init; }

    /// <summary>Flags for seccomp(2).</summary>
    public uint SeccompFlags { get; init; }

    /// <summary>Descriptors after stderr that the process keeps.</summary>
    public int PreserveDescriptors { get; init; }

    /// <summary>A fifo at which the process waits before exec, or null.</summary>
    public string? StartGate { get; init; }

    /// <summary>The process waits before exec until its parent lets it go, instead of at a fifo: <see cref="Launch.HookPoint.Start"/>.</summary>
    public bool StartsByParent { get; init; }

    /// <summary>Directory of the bundle: relative paths of the specification start there.</summary>
    public string Bundle { get; init; } = "/";

    /// <summary>Stop at the points of the specification's hooks, for <see cref="Launch.ILaunchHooks"/>.</summary>
    public bool Hooks { get; init; }

    /// <summary>What a seccomp listener is told of the container.</summary>
    public Oci.Runtime.ContainerStateDocument? State { get; init; }

    /// <summary>Start without a session keyring of its own.</summary>
    public bool NoNewKeyring { get; init; }

    /// <summary>Limits and the OOM score must be as given, else the start fails (runtime.md, "Create"); without it they are what this process may give at most.</summary>
    public bool Exact { get; init; }

    /// <summary>Takes warnings about what is left out; null makes errors of them.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>The configuration has no process: what waits at the gate never goes on.</summary>
    public bool NoProcess { get; init; }

    /// <summary>Initial size of the terminal in characters; 0 leaves the kernel's.</summary>
    public (int Columns, int Rows) TerminalSize { get; init; }

    /// <summary>What the planner knows of the machine.</summary>
    public HostFacts? Host { get; init; }
}

/// <summary>An overlay mount by its parts.</summary>
/// <param name="LowerDirectories">Top-most first.</param>
/// <param name="UpperDirectory">Writable directory.</param>
/// <param name="WorkDirectory">Work directory.</param>
/// <param name="Volatile">Mount with <c>volatile</c>.</param>
public sealed record OverlaySource(IReadOnlyList<string> LowerDirectories, string UpperDirectory, string WorkDirectory, bool Volatile);
