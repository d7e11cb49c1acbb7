using Davit.Images;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Build;

/// <summary>Builds images from Dockerfiles.</summary>
public interface IImageBuilder
{
    /// <summary>Builds, records and tags an image.</summary>
    /// <param name="request">What to build.</param>
    /// <param name="progress">Docker's classic stream: <c>Step 1/3 : FROM …</c>, <c> ---> Using cache</c>, output, <c>Successfully built ID</c>; aux <c>{"ID":"sha256:…"}</c>.</param>
    /// <param name="cancellation">Stops running steps; nothing half-made stays.</param>
    /// <exception cref="DavitException">With the Dockerfile line and a caret in the message where a line is at fault.</exception>
    Task<Image> BuildAsync(BuildRequest request, IProgress<ProgressEvent> progress, CancellationToken cancellation);

    /// <summary>Frees the cache.</summary>
    /// <returns>Bytes freed.</returns>
    Task<long> PruneAsync(bool all, CancellationToken cancellation);

    /// <summary>Bytes of the cache that no image shares, and its records.</summary>
    (long Bytes, int Records) CacheUsage();
}

/// <summary>A build as <c>POST /build</c> asks for it.</summary>
public sealed record BuildRequest
{
    /// <summary>The context as a tar, compressed or not; read once.</summary>
    public required Stream Context { get; init; }

    /// <summary>Path of the Dockerfile in the context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>Names for the result.</summary>
    public IReadOnlyList<Reference> Tags { get; init; } = [];

    /// <summary>Values of ARGs; null takes none.</summary>
    public IReadOnlyDictionary<string, string?> BuildArgs { get; init; } = new Dictionary<string, string?>();

    /// <summary>Labels to add.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Stage to build, or null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>Don't use the cache.</summary>
    public bool NoCache { get; init; }

    /// <summary>Always ask the registry for base images.</summary>
    public bool Pull { get; init; }

    /// <summary>Network of RUN: <c>default</c>, <c>bridge</c>, <c>none</c>, <c>host</c>.</summary>
    public string Network { get; init; } = "default";

    /// <summary>Extra lines of /etc/hosts, <c>name:address</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    /// <summary>Platform, or null for the host's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Size of /dev/shm in bytes; 0 for the default.</summary>
    public long ShmSize { get; init; }

    /// <summary>What RUN may use.</summary>
    public StepLimits Limits { get; init; } = new();

    /// <summary>Say nothing: the caller shows the id and no more.</summary>
    public bool Quiet { get; init; }

    /// <summary>Credentials by registry host.</summary>
    public IReadOnlyDictionary<string, RegistryCredentials> Credentials { get; init; } = new Dictionary<string, RegistryCredentials>();
}
