using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Images;

/// <summary>Images by id and name, and everything that makes, moves or removes them.</summary>
public interface IImageService
{
    /// <summary>Finds an image by reference, id, or unique prefix of an id.</summary>
    /// <exception cref="DavitException">NotFound: <c>No such image: NAME</c>; InvalidArgument: ambiguous prefix.</exception>
    Image Resolve(string nameOrId);

    /// <summary>Like <see cref="Resolve"/>, null when there is none.</summary>
    Image? Find(string nameOrId);

    /// <summary>All images.</summary>
    IReadOnlyCollection<Image> List();

    /// <summary>Fetches, verifies, unpacks and records an image, with Docker's progress lines.</summary>
    Task<Image> PullAsync(Reference reference, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation);

    /// <summary>Pushes what the reference names, with Docker's progress lines and the <c>aux</c> result.</summary>
    Task PushAsync(Reference reference, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation);

    /// <summary>Loads a docker-archive or OCI layout tar, compressed or not; reports <c>Loaded image: …</c> lines.</summary>
    Task LoadAsync(Stream tar, Platform? platform, bool quiet, IProgress<ProgressEvent> progress, CancellationToken cancellation);

    /// <summary>Writes images as one tar that is both a docker-archive and an OCI layout.</summary>
    Task SaveAsync(IReadOnlyList<string> names, Platform? platform, Stream destination, CancellationToken cancellation);

    /// <summary>Makes an image of one layer from a root file system tar, compressed or not.</summary>
    Task<Image> ImportAsync(Stream tar, Reference? reference, ImageRunConfig config, string? message, Platform? platform, IProgress<ProgressEvent> progress, CancellationToken cancellation);

    /// <summary>Records an image made here (commit, build) of unpacked layers; its layer blobs are made when something asks for them.</summary>
    /// <param name="config">With DiffIds and history filled in.</param>
    /// <param name="references">Names that move to it.</param>
    /// <param name="parent">Id of the image it was made from, or null.</param>
    /// <param name="cancellation">Gives up before the record is written.</param>
    Task<Image> CreateAsync(ImageConfig config, IReadOnlyList<Reference> references, Digest? parent, CancellationToken cancellation);

    /// <summary>Gives an image another name; a name in use moves.</summary>
    Task TagAsync(string source, Reference target, CancellationToken cancellation);

    /// <summary>Removes a name, or an image by id, and what nothing needs any more.</summary>
    /// <param name="nameOrId">As the user wrote it.</param>
    /// <param name="force">Also with several names, and used by stopped containers.</param>
    /// <param name="prune">Also untagged parents.</param>
    /// <param name="users">Containers by image id, so that an image in use is refused with Docker's text.</param>
    /// <param name="cancellation">Gives up between two steps.</param>
    Task<IReadOnlyList<ImageRemoval>> RemoveAsync(string nameOrId, bool force, bool prune, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation);

    /// <summary>Chain ids of an image's layers, base first, as <c>ILayerStore</c> keys them; unpacks what is not unpacked.</summary>
    Task<IReadOnlyList<Digest>> EnsureUnpackedAsync(Image image, CancellationToken cancellation);

    /// <summary>Raised after a change, for the engine's events: action (<c>pull push tag untag delete import load save</c>), id, name.</summary>
    event Action<string, string, string>? Changed;
}

/// <summary>An image of this machine's platform. Immutable; a change makes a new record.</summary>
public sealed record Image
{
    /// <summary>Digest of the configuration: the image id.</summary>
    public required Digest Id { get; init; }

    /// <summary>The configuration.</summary>
    public required ImageConfig Config { get; init; }

    /// <summary>Its exact bytes.</summary>
    public required ReadOnlyMemory<byte> ConfigBytes { get; init; }

    /// <summary>Tags that name it, <c>name:tag</c> in normalized form.</summary>
    public IReadOnlyList<Reference> Tags { get; init; } = [];

    /// <summary>Names with the digest under which a registry serves it.</summary>
    public IReadOnlyList<Reference> RepoDigests { get; init; } = [];

    /// <summary>Manifest of this image, when one is recorded.</summary>
    public Digest? Manifest { get; init; }

    /// <summary>Bytes of all layers unpacked.</summary>
    public long Size { get; init; }

    /// <summary>Id of the image it was made from here, or null.</summary>
    public Digest? Parent { get; init; }

    /// <summary>When the last name was put on it.</summary>
    public DateTimeOffset LastTagged { get; init; }
}

/// <summary>One line of a removal.</summary>
/// <param name="Untagged">The name that went, or null.</param>
/// <param name="Deleted">The id or layer that went, or null.</param>
public sealed record ImageRemoval(string? Untagged, string? Deleted);

/// <summary>A container that uses an image.</summary>
/// <param name="ContainerId">Full id.</param>
/// <param name="Running">Whether it runs now.</param>
public sealed record ImageUser(string ContainerId, bool Running);

/// <summary>Credentials as the client sends them in <c>X-Registry-Auth</c>.</summary>
/// <param name="Username">User, or null.</param>
/// <param name="Password">Password, or null.</param>
/// <param name="IdentityToken">OAuth2 refresh token, or null.</param>
/// <param name="RegistryToken">Bearer token as it is, or null.</param>
public sealed record RegistryCredentials(string? Username, string? Password, string? IdentityToken, string? RegistryToken);
