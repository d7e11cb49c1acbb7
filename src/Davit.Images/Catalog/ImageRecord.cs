using Davit.Oci;

namespace Davit.Images.Catalog;

/// <summary>The document of an image (collection <c>images</c>, key: the image id). Its configuration is a blob.</summary>
internal sealed record ImageRecord
{
    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<string> RepoDigests { get; init; } = [];

    public Digest? Manifest { get; init; }

    public Digest? Index { get; init; }

    public Digest? Parent { get; init; }

    public long Size { get; init; }

    public DateTimeOffset LastTagged { get; init; }

    internal static ImageRecord Of(Image image) => new()
    {
        Tags = [.. image.Tags.Select(t => t.ToString())],
        RepoDigests = [.. image.RepoDigests.Select(d => d.ToString())],
        Manifest = image.Manifest,
        Index = image.Index,
        Parent = image.Parent,
        Size = image.Size,
        LastTagged = image.LastTagged,
    };
}
