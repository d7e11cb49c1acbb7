using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>Hooks (config.md, "POSIX-platform Hooks").</summary>
public sealed record HooksSpec
{
    /// <summary>Deprecated: after the namespaces, before pivot_root; in the runtime's namespace.</summary>
    public IReadOnlyList<HookSpec>? Prestart { get; init; }

    /// <summary>After the namespaces, before pivot_root; in the runtime's namespace.</summary>
    public IReadOnlyList<HookSpec>? CreateRuntime { get; init; }

    /// <summary>Before pivot_root; in the container's namespace.</summary>
    public IReadOnlyList<HookSpec>? CreateContainer { get; init; }

    /// <summary>Before the user's process; in the container's namespace.</summary>
    public IReadOnlyList<HookSpec>? StartContainer { get; init; }

    /// <summary>After the user's process has started.</summary>
    public IReadOnlyList<HookSpec>? Poststart { get; init; }

    /// <summary>After the container has been deleted.</summary>
    public IReadOnlyList<HookSpec>? Poststop { get; init; }
}

/// <summary>One program.</summary>
public sealed record HookSpec
{
    /// <summary>Absolute path.</summary>
    [JsonRequired]
    public string Path { get; init; } = "";

    /// <summary>Arguments, the program's name first.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Environment.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds, or null for no limit.</summary>
    public int? Timeout { get; init; }
}
