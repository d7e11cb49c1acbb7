namespace Davit.Runtime.Lifecycle;

/// <summary>What the program's own options say.</summary>
internal sealed record RuntimeSettings
{
    /// <summary>Version of the runtime specification that is followed.</summary>
    internal const string SpecVersion = "1.3.0";

    /// <summary>Directory with one directory a container.</summary>
    internal required string Root { get; init; }

    /// <summary>It was named, so that it must be there to be listed.</summary>
    internal bool HasRoot { get; init; }

    /// <summary>Who makes cgroups.</summary>
    internal CgroupManager CgroupManager { get; init; }

    /// <summary>A container without limits and without a named cgroup goes without.</summary>
    internal bool MayLackCgroup { get; init; }

    /// <summary>Takes what goes on all the same.</summary>
    internal Action<string> Warn { get; init; } = _ => { };

    /// <summary>Somebody debugs: what takes time to find out is worth it.</summary>
    internal bool IsDebug { get; init; }

    /// <summary>Takes what is done, for who debugs.</summary>
    internal Action<string> Debug { get; init; } = _ => { };
}

/// <summary>Who makes cgroups.</summary>
internal enum CgroupManager
{
    /// <summary>The runtime, in the cgroup file system.</summary>
    Files,

    /// <summary>systemd, asked over D-Bus.</summary>
    Systemd,

    /// <summary>Nobody.</summary>
    Disabled,
}
