namespace Davit.Runtime.Lifecycle;

/// <summary>Options of create, run and exec.</summary>
internal sealed record CreateRequest
{
    internal string Id { get; init; } = "";

    internal string Bundle { get; init; } = ".";

    /// <summary>Name of the configuration in the bundle, or null for the usual one.</summary>
    internal string? Config { get; init; }

    /// <summary>Takes the process's descriptor.</summary>
    internal string? PidFdSocket { get; init; }

    /// <summary>Cgroups below the container's by controller, for exec; the empty name stands for all.</summary>
    internal IReadOnlyDictionary<string, string> Cgroup { get; init; } = new Dictionary<string, string>();

    /// <summary>Move the root and chroot into it.</summary>
    internal bool NoPivot { get; init; }

    internal string? ConsoleSocket { get; init; }

    internal string? PidFile { get; init; }

    internal int PreserveDescriptors { get; init; }

    internal bool NoNewKeyring { get; init; }

    internal bool Detach { get; init; }

    internal bool Keep { get; init; }

    /// <summary>Execute the process at once.</summary>
    internal bool Start { get; init; }
}
