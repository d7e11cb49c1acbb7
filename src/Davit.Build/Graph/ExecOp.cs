namespace Davit.Build.Graph;

/// <summary>RUN: a process in the file system of the first input.</summary>
internal sealed record ExecOp : Op
{
    public required IReadOnlyList<string> Args { get; init; }

    /// <summary>Environment of the image and the build arguments in effect.</summary>
    public required IReadOnlyList<string> Env { get; init; }

    /// <summary>Proxy settings: the process sees them, the cache and the history don't.</summary>
    public IReadOnlyList<string> TransientEnv { get; init; } = [];

    public required string WorkingDirectory { get; init; }

    /// <summary><c>user[:group]</c>, or empty.</summary>
    public required string User { get; init; }

    /// <summary><c>default</c>, <c>bridge</c>, <c>none</c>, <c>host</c> or the name of a network.</summary>
    public required string Network { get; init; }

    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    public long ShmSize { get; init; }

    public StepLimits Limits { get; init; } = new();

    public IReadOnlyList<ExecMount> Mounts { get; init; } = [];

    /// <summary>Here-documents with an interpreter line, mounted read-only under <c>/dev/pipes</c>.</summary>
    public IReadOnlyList<InlineFile> Scripts { get; init; } = [];

    public override void Describe(OpHasher hasher)
    {
        hasher.Add("args", Args).Add("env", Env).Add("cwd", WorkingDirectory).Add("user", User)
            .Add("network", Network is "bridge" ? "default" : Network).Add("hosts", ExtraHosts).Add("mounts", Mounts.Count);
        foreach (var (input, mount) in Mounts)
        {
            hasher.Add("input", input).Add("type", mount.Kind.ToString()).Add("target", mount.Target).Add("source", mount.Source)
                .Add("read-only", mount.ReadOnly).Add("id", mount.CacheId).Add("sharing", mount.Sharing).Add("size", mount.Size);
        }

        hasher.Add("scripts", Scripts.Count);
        foreach (var script in Scripts) hasher.Add("name", script.Name).Add("content", script.Content);
    }
}
