using System.Collections.Concurrent;
using Davit.Images;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Engine.Tests.Fakes;

/// <summary>Images without layers, or with those that a test has unpacked.</summary>
internal sealed class FakeImages : IImageService
{
    private readonly ConcurrentDictionary<string, Image> _images = new();

    public IReadOnlyList<Digest> Chain { get; set; } = [];

    public event Action<string, string, string>? Changed;

    public Image Add(string name, ImageRunConfig config)
    {
        var image = new Image { Id = Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(name)), Config = new() { Os = "linux", Architecture = Platform.Host.Architecture, Config = config }, ConfigBytes = new byte[] { 1 } };
        _images[name] = image;
        Changed?.Invoke("tag", image.Id.ToString(), name);
        return image;
    }

    public Image Resolve(string nameOrId) => Find(nameOrId) ?? throw new DavitException(ErrorKind.NotFound, $"No such image: {Reference.Parse(nameOrId).Familiar}");

    public Image? Find(string nameOrId) => _images.GetValueOrDefault(nameOrId) ?? _images.Values.FirstOrDefault(image => image.Id.ToString() == nameOrId);

    public IReadOnlyCollection<Image> List() => [.. _images.Values];

    public Task<IReadOnlyList<Digest>> EnsureUnpackedAsync(Image image, CancellationToken cancellation) => Task.FromResult(Chain);

    public Task<Image> CreateAsync(ImageConfig config, IReadOnlyList<Reference> references, Digest? parent, CancellationToken cancellation)
    {
        var image = new Image { Id = Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(references[0].Familiar)), Config = config, ConfigBytes = new byte[] { 1 }, Parent = parent, Tags = references };
        _images[references[0].Familiar] = image;
        return Task.FromResult(image);
    }

    public Task<Image> PullAsync(Reference reference, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task PushAsync(Reference reference, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task PullAllTagsAsync(Reference name, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task PushAllTagsAsync(Reference name, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task LoadAsync(Stream tar, Platform? platform, bool quiet, IProgress<ProgressEvent> progress, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task SaveAsync(IReadOnlyList<string> names, Platform? platform, Stream destination, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<Image> ImportAsync(Stream tar, Reference? reference, ImageRunConfig config, string? message, Platform? platform, IProgress<ProgressEvent> progress, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task TagAsync(string source, Reference target, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<IReadOnlyList<ImageRemoval>> RemoveAsync(string nameOrId, bool force, bool prune, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<ImagePruning> PruneAsync(bool danglingOnly, ImageFilter filter, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation) => throw new InvalidOperationException();

    public IReadOnlyList<Image> List(bool all, ImageFilter filter) => throw new InvalidOperationException();

    public IReadOnlyList<ImageStep> History(Image image) => throw new InvalidOperationException();

    public IDisposable KeepFor(Func<IEnumerable<Digest>> needed) => throw new InvalidOperationException();

    public (IReadOnlySet<Digest> Blobs, IReadOnlySet<Digest> Chains, IReadOnlySet<Digest> Resumable) Roots() => throw new InvalidOperationException();
}
