using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Images.Manifests;

/// <summary>Picks the manifest of a platform out of an index.</summary>
internal static class PlatformChoice
{
    internal static Descriptor Pick(ImageIndex index, Platform wanted, string name)
    {
        // attestations are listed with the platform unknown/unknown
        var images = index.Manifests.Where(m => m.Platform is not { Os: "unknown" } && (m.MediaType.Length == 0 || MediaTypes.IsManifest(m.MediaType) || MediaTypes.IsIndex(m.MediaType))).ToList();
        var match = images.FirstOrDefault(m => m.Platform is { } p && wanted.Accepts(p))
            ?? images.FirstOrDefault(m => m.Platform is null || m.Platform.Architecture.Length == 0);
        if (match is not null) return match;
        var offered = string.Join(", ", images.Select(m => m.Platform?.ToString()).Where(p => p is not null).Distinct());
        throw new DavitException(ErrorKind.NotFound, $"no matching manifest for {wanted} in the manifest list entries", offered.Length == 0 ? $"{name} is for no platform" : $"{name} is for {offered}");
    }
}
