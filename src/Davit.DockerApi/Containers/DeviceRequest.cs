namespace Davit.DockerApi.Containers;

/// <summary>A request to a device driver (<c>--gpus</c>).</summary>
public sealed record DeviceRequest
{
    /// <summary>Driver.</summary>
    public string Driver { get; set; } = "";

    /// <summary>How many; -1 for all.</summary>
    public int Count { get; set; }

    /// <summary>Ids.</summary>
    public IReadOnlyList<string>? DeviceIDs { get; set; }

    /// <summary>Alternatives.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Capabilities { get; set; }

    /// <summary>Options.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; set; }
}
