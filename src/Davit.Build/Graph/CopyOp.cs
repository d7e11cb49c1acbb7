namespace Davit.Build.Graph;

/// <summary>COPY and ADD: files of other vertices into the first input.</summary>
internal sealed record CopyOp : Op
{
    /// <summary><c>COPY</c> or <c>ADD</c>, for messages.</summary>
    public required string Instruction { get; init; }

    public required IReadOnlyList<CopySource> Sources { get; init; }

    public IReadOnlyList<InlineFile> Files { get; init; } = [];

    /// <summary>Absolute; a final slash means a directory.</summary>
    public required string Destination { get; init; }

    public string? Chown { get; init; }

    public string? Chmod { get; init; }

    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Keep the directories of the source paths.</summary>
    public bool Parents { get; init; }

    /// <summary>Owners of the source count: it is another stage or image.</summary>
    public bool KeepOwner { get; init; }

    /// <summary>Unpack archives of the context.</summary>
    public bool Unpack { get; init; }

    public override void Describe(OpHasher hasher)
    {
        hasher.Add("destination", Destination).Add("chown", Chown).Add("chmod", Chmod).Add("exclude", Exclude)
            .Add("parents", Parents).Add("keep-owner", KeepOwner).Add("unpack", Unpack).Add("sources", Sources.Count);
        foreach (var source in Sources) hasher.Add("input", source.Input).Add("paths", source.Paths);
        DescribeFiles(hasher);
    }

    /// <summary>What the result depends on besides the content of the sources: source names are in the content's checksum where they matter.</summary>
    public void DescribeEffect(OpHasher hasher)
    {
        hasher.Add("destination", Destination).Add("chown", Chown).Add("chmod", Chmod).Add("keep-owner", KeepOwner).Add("unpack", Unpack);
        DescribeFiles(hasher);
    }

    private void DescribeFiles(OpHasher hasher)
    {
        hasher.Add("files", Files.Count);
        foreach (var file in Files) hasher.Add("name", file.Name).Add("content", file.Content);
    }
}
