using System.Collections.Immutable;
using Davit.Oci;

namespace Davit.Images.Catalog;

/// <summary>All images at one moment, with their names. Immutable.</summary>
internal sealed record CatalogState(ImmutableDictionary<Digest, Image> Images, ImmutableDictionary<Reference, Digest> Tags, ImmutableDictionary<Reference, Digest> Digests)
{
    internal static CatalogState Empty { get; } = new(ImmutableDictionary<Digest, Image>.Empty, ImmutableDictionary<Reference, Digest>.Empty, ImmutableDictionary<Reference, Digest>.Empty);

    /// <summary>Adds an image, or replaces what is known about it; names move to it.</summary>
    internal CatalogState With(Image image)
    {
        var state = Images.TryGetValue(image.Id, out var old) ? Without(old) : this;
        foreach (var tag in image.Tags) state = state.Untag(tag);
        foreach (var digest in image.RepoDigests) state = state.Untag(digest);
        return new(
            state.Images.SetItem(image.Id, image),
            state.Tags.SetItems(image.Tags.Select(t => KeyValuePair.Create(t, image.Id))),
            state.Digests.SetItems(image.RepoDigests.Select(d => KeyValuePair.Create(d, image.Id))));
    }

    /// <summary>Removes an image and its names.</summary>
    internal CatalogState Without(Image image) => new(Images.Remove(image.Id), Tags.RemoveRange(image.Tags), Digests.RemoveRange(image.RepoDigests));

    /// <summary>Removes a name from whatever image has it.</summary>
    internal CatalogState Untag(Reference name)
    {
        if (Tags.TryGetValue(name, out var id))
        {
            var image = Images[id];
            return this with { Images = Images.SetItem(id, image with { Tags = [.. image.Tags.Where(t => t != name)] }), Tags = Tags.Remove(name) };
        }

        if (Digests.TryGetValue(name, out id))
        {
            var image = Images[id];
            return this with { Images = Images.SetItem(id, image with { RepoDigests = [.. image.RepoDigests.Where(d => d != name)] }), Digests = Digests.Remove(name) };
        }

        return this;
    }

    internal bool HasChildren(Digest id) => Images.Values.Any(i => i.Parent == id);

    /// <summary>Tags and pinned names of an image.</summary>
    internal IReadOnlyList<Reference> NamesOf(Digest id) => Images.TryGetValue(id, out var image) ? [.. image.Tags, .. image.RepoDigests] : [];
}
