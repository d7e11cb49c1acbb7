using System.Text.Json.Serialization;
using Davit.Oci;

namespace Davit.Storage.Layers;

/// <summary>The document of a layer.</summary>
internal sealed record LayerRow
{
    public required Digest ChainId { get; init; }

    public required Digest DiffId { get; init; }

    /// <summary>Chain id of the layer below, or null.</summary>
    public Digest? Parent { get; init; }

    /// <summary>Name of its directory in <c>layers/</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes of file content.</summary>
    public long Size { get; init; }

    /// <summary>Bytes of its tar.</summary>
    public long TarSize { get; init; }

    /// <summary>Boot in which it was written, until its files are on disk for certain: another boot means that they may be damaged.</summary>
    public string? UnsyncedSince { get; init; }

    /// <summary>It hides everything below it.</summary>
    public bool RootOpaque { get; init; }

    /// <summary>Directories that it has only because entries needed them: to take the attributes of the ones below.</summary>
    public IReadOnlyList<string> Implicit { get; init; } = [];
}

/// <summary>The document of a root file system.</summary>
internal sealed record RootFsRow
{
    public required IReadOnlyList<Digest> Chain { get; init; }
}

/// <summary>JSON of the store's own documents.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LayerRow))]
[JsonSerializable(typeof(RootFsRow))]
internal sealed partial class StorageJson : JsonSerializerContext;
