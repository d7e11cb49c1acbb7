namespace Davit.Archive;

/// <summary>How a tree is packed.</summary>
public sealed record TarPackOptions
{
    /// <summary>Directories where something else is mounted are packed empty.</summary>
    public bool OneFileSystem { get; init; }

    /// <summary>Says of a path below the packed directory, without slashes at its ends, whether it is packed, and with it what is below.</summary>
    public Func<string, bool>? Include { get; init; }

    /// <summary>Keep nanoseconds of times; layers and Docker's archives don't.</summary>
    public bool Nanoseconds { get; init; }
}
