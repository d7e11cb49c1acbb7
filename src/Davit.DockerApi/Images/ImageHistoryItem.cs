namespace Davit.DockerApi.Images;

/// <summary>A line of <c>history</c>.</summary>
public sealed record ImageHistoryItem
{
    /// <summary>Comment.</summary>
    public string Comment { get; set; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; set; }

    /// <summary>Command.</summary>
    public string CreatedBy { get; set; } = "";

    /// <summary>Image id or <c>&lt;missing&gt;</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>Names.</summary>
    public IReadOnlyList<string>? Tags { get; set; }
}
