using System.Text.Json.Serialization;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Lifecycle;

/// <summary>What is kept of a container between commands.</summary>
internal sealed record StateRecord
{
    public string OciVersion { get; init; } = "";

    public string Id { get; init; } = "";

    /// <summary>First process.</summary>
    public int Pid { get; init; }

    /// <summary>When it started, in clock ticks since boot: tells it from a later process with the same id.</summary>
    public ulong StartTime { get; init; }

    public string Bundle { get; init; } = "";

    public string Rootfs { get; init; } = "";

    public DateTimeOffset Created { get; init; }

    /// <summary>Path below the root of each hierarchy, without the leading slash.</summary>
    public string Cgroup { get; init; } = "";

    /// <summary>Its unit of systemd, or empty.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Directories of its cgroups, the one that counts memory first.</summary>
    public IReadOnlyList<string> CgroupDirectories { get; init; } = [];

    /// <summary>Those of them that were there before the container, and stay.</summary>
    public IReadOnlyList<string> ForeignCgroups { get; init; } = [];

    /// <summary>It has a time namespace that the configuration doesn't have: it was restored.</summary>
    public bool TimeNamespace { get; init; }

    /// <summary>It has a class of caches that its configuration doesn't ask for: an update gave it one.</summary>
    public bool CacheClass { get; init; }

    /// <summary>The configuration as it was at create.</summary>
    public ReadOnlyMemory<byte> Config { get; init; }

    /// <summary>The same, read when it is asked for first.</summary>
    /// <exception cref="System.Text.Json.JsonException">The state was damaged.</exception>
    public Spec Spec
    {
        get => field ??= WithTime(SpecDocument.Read(Config.Span));
        init;
    }

    private Spec WithTime(Spec spec) => TimeNamespace ? spec with { Linux = (spec.Linux ?? new()) with { Namespaces = [.. spec.Linux?.Namespaces ?? [], new() { Type = "time" }] } } : spec;
}

/// <summary>The answer of <c>state</c> and <c>list</c>.</summary>
internal sealed record StateView
{
    [JsonPropertyName("ociVersion")]
    public string OciVersion { get; init; } = "";

    public string Id { get; init; } = "";

    public int Pid { get; init; }

    public string Status { get; init; } = "";

    public string Bundle { get; init; } = "";

    public string Rootfs { get; init; } = "";

    public DateTimeOffset Created { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public string Owner { get; init; } = "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(StateView))]
[JsonSerializable(typeof(IReadOnlyList<StateView>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
[JsonSerializable(typeof(Spec))]
internal sealed partial class PrintedJson : JsonSerializerContext;
