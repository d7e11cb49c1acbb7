namespace Davit.DockerApi.Containers;

/// <summary>A line of <c>diff</c>.</summary>
public sealed record FilesystemChange
{
    /// <summary>Path.</summary>
    public string Path { get; set; } = "";

    /// <summary>0 changed, 1 added, 2 deleted.</summary>
    public int Kind { get; set; }
}
