using Davit.Images.Manifests;
using Davit.Oci;
using Davit.Primitives;
using Davit.RegistryClient;

namespace Davit.Images.Pull;

/// <summary>Follows a reference at a registry to the manifest of one platform.</summary>
internal sealed class ImageResolver(DistributionClient client)
{
    private const int MostLevels = 4;

    internal async Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, Credential? credential, CancellationToken cancellation)
    {
        var documents = new List<KeyValuePair<Digest, ReadOnlyMemory<byte>>>();
        Digest? index = null;
        var at = reference;
        for (var level = 0; level < MostLevels; level++)
        {
            var fetched = await client.GetManifestAsync(at, credential, cancellation).ConfigureAwait(false);
            documents.Add(new(fetched.Digest, fetched.Bytes));
            var type = ManifestReader.TypeOf(fetched.Bytes.Span, fetched.MediaType, reference.Familiar);
            if (MediaTypes.IsManifest(type))
            {
                return new(documents[0].Key, index, fetched.Digest, ManifestReader.Manifest(fetched.Bytes.Span, reference.Familiar), documents);
            }

            index ??= fetched.Digest;
            at = reference.WithDigest(PlatformChoice.Pick(ManifestReader.Index(fetched.Bytes.Span, reference.Familiar), platform, reference.Familiar).Digest);
        }

        throw new DavitException(ErrorKind.InvalidArgument, $"{reference.Familiar}: indexes are nested deeper than {MostLevels - 1} levels");
    }
}
