namespace Davit.DockerApi.Host;

/// <summary>What a check of the data root found; our own route <c>/davit/system/check</c>.</summary>
public sealed record StoreCheck
{
    /// <summary>Blobs looked at, all of them read.</summary>
    public int Blobs { get; init; }

    /// <summary>Their bytes.</summary>
    public long BlobBytes { get; init; }

    /// <summary>Unpacked layers looked at, all of them read.</summary>
    public int Layers { get; init; }

    /// <summary>Bytes of their files.</summary>
    public long LayerBytes { get; init; }

    /// <summary>Root file systems of containers looked at.</summary>
    public int RootFileSystems { get; init; }

    /// <summary>What is wrong; empty when all is well.</summary>
    public IReadOnlyList<StoreFinding> Findings { get; init; } = [];
}
