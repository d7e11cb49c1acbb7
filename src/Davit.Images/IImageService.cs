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

    /// <summary>Pulls every tag of a repository.</summary>
    Task PullAllTagsAsync(Reference name, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation);

    /// <summary>Pushes every tag of a repository that is here.</summary>
    Task PushAllTagsAsync(Reference name, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation);

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

    /// <summary>Removes the images that a filter chooses and no container uses, and what nothing needs any more.</summary>
    /// <param name="danglingOnly">Only images without a name; else all that are unused.</param>
    /// <param name="filter">Further conditions (<c>label</c>, <c>until</c>).</param>
    /// <param name="users">Containers by image id.</param>
    /// <param name="cancellation">Gives up between two images.</param>
    Task<ImagePruning> PruneAsync(bool danglingOnly, ImageFilter filter, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation);

    /// <summary>What a filter chooses, newest first; <see cref="Image.Tags"/> narrowed to those that a <c>reference</c> filter names.</summary>
    /// <param name="all">Also images without a name that others were made from.</param>
    /// <param name="filter">Conditions of <c>docker images --filter</c>.</param>
    IReadOnlyList<Image> List(bool all, ImageFilter filter);

    /// <summary>The steps that made an image, newest first, as <c>docker history</c> shows them.</summary>
    IReadOnlyList<ImageStep> History(Image image);

    /// <summary>
    /// Tells of chain ids and blobs that are needed by something else than images (cached build steps), so that removing an image leaves them. What stands
    /// under a root file system and what a lease protects is known without that.
    /// </summary>
    /// <returns>Dispose it to end.</returns>
    IDisposable KeepFor(Func<IEnumerable<Digest>> needed);

    /// <summary>Blobs and chain ids that images and those who called <see cref="KeepFor"/> need, and blobs of which an interrupted pull may have a part: what a collection of the whole store must leave.</summary>
    (IReadOnlySet<Digest> Blobs, IReadOnlySet<Digest> Chains, IReadOnlySet<Digest> Resumable) Roots();

    /// <summary>Chain ids of an image's layers, base first, as <c>ILayerStore</c> keys them; unpacks what is not unpacked.</summary>
    Task<IReadOnlyList<Digest>> EnsureUnpackedAsync(Image image, CancellationToken cancellation);

    /// <summary>Raised after a change, for the engine's events: action (<c>pull push tag untag delete import load save</c>), id, name.</summary>
    event Action<string, string, string>? Changed;
}
