namespace Davit.DockerApi.Containers;

/// <summary>Where the root file system lies.</summary>
public sealed record GraphDriverData
{
    /// <summary>Paths.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; set; }

    /// <summary>Driver.</summary>
    public string Name { get; set; } = "";
}
