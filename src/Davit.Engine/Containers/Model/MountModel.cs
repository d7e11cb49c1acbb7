namespace Davit.Engine.Containers.Model;

/// <summary>One mount of a container, resolved.</summary>
internal sealed record MountModel
{
    /// <summary><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where in the container, absolute and clean.</summary>
    public required string Destination { get; init; }

    /// <summary>Path on the host for binds; for volumes set from the volume when the container starts.</summary>
    public string Source { get; init; } = "";

    /// <summary>Name of the volume.</summary>
    public string? Volume { get; init; }

    /// <summary>Path inside the volume that is mounted instead of its root.</summary>
    public string? Subpath { get; init; }

    /// <summary>Made for this container and removed with it on <c>rm -v</c> and <c>--rm</c>.</summary>
    public bool Anonymous { get; init; }

    public string? Driver { get; init; }

    /// <summary>The mode as given: <c>ro,z</c>.</summary>
    public string Mode { get; init; } = "";

    public bool ReadOnly { get; init; }

    /// <summary>Whether submounts are read-only too: null for as far as the kernel can, true for a must, false for never.</summary>
    public bool? ReadOnlyRecursive { get; init; }

    public bool NonRecursive { get; init; }

    public string Propagation { get; init; } = "";

    /// <summary>Made at the start when the source is missing (<c>-v</c>), rather than refused (<c>--mount</c>).</summary>
    public bool CreateSource { get; init; }

    /// <summary>Options of a tmpfs, as mount(8) writes them.</summary>
    public string Options { get; init; } = "";

    /// <summary>No copy of the image's content into an empty volume.</summary>
    public bool NoCopy { get; init; }

    /// <summary>Given by <c>--mount</c>.</summary>
    public bool FromMountFlag { get; init; }
}
