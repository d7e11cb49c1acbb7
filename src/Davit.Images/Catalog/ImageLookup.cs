using System.Buffers;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Images.Catalog;

/// <summary>Finds images by what users write: a name, a pinned name, an id, or the start of an id.</summary>
internal static class ImageLookup
{
    private const string Algorithm = "sha256:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    internal static Image? Find(CatalogState state, string text)
    {
        if (Digest.TryParse(text, out var id) || Digest.TryParse(Algorithm + text, out id)) return state.Images.GetValueOrDefault(id);
        if (Reference.TryParse(text, out var reference, out _))
        {
            var key = reference.Digest is { } digest ? reference.WithDigest(digest) : reference;
            if ((reference.Digest is null ? state.Tags : state.Digests).TryGetValue(key, out id)) return state.Images[id];
        }

        return FindByPrefix(state, text);
    }

    internal static Image Require(CatalogState state, string text)
    {
        if (Find(state, text) is { } image) return image;
        if (Digest.TryParse(text, out _) || Digest.TryParse(Algorithm + text, out _)) throw Missing(text);
        if (Reference.TryParse(text, out var reference, out var problem)) throw Missing(reference.Familiar);
        if (IsPrefix(text)) throw Missing(text);
        throw new DavitException(ErrorKind.InvalidArgument, problem);
    }

    internal static DavitException Missing(string name) => new(ErrorKind.NotFound, $"No such image: {name}");

    /// <summary>True when a text means an image by a name that it has, whatever else it could mean.</summary>
    internal static bool IsName(CatalogState state, string text) =>
        Reference.TryParse(text, out var reference, out _) && (reference.Digest is { } digest ? state.Digests.ContainsKey(reference.WithDigest(digest)) : state.Tags.ContainsKey(reference))
        && !Digest.TryParse(text, out _) && !Digest.TryParse(Algorithm + text, out _);

    private static bool IsIdPrefix(Digest id, string text) => text.Length > 0 && (id.Hex.StartsWith(text, StringComparison.Ordinal) || (text.Length > Algorithm.Length && id.ToString().StartsWith(text, StringComparison.Ordinal)));

    private static Image? FindByPrefix(CatalogState state, string text)
    {
        if (!IsPrefix(text)) return null;
        Image? found = null;
        foreach (var image in state.Images.Values)
        {
            if (!IsIdPrefix(image.Id, text)) continue;
            if (found is not null) throw new DavitException(ErrorKind.InvalidArgument, $"image id prefix \"{text}\" is ambiguous: it stands for {found.Id.Short} and {image.Id.Short}", "write more digits of the id");
            found = image;
        }

        return found;
    }

    private static bool IsPrefix(string text)
    {
        var hex = text.StartsWith(Algorithm, StringComparison.Ordinal) ? text.AsSpan(Algorithm.Length) : text;
        return hex.Length is > 0 and <= 64 && !hex.ContainsAnyExcept(HexDigits);
    }
}
