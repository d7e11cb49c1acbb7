namespace Davit.Cli.Parsing;

/// <summary>What a command's arguments are, for completion.</summary>
internal enum Completes
{
    /// <summary>Nothing that could be known.</summary>
    Nothing,

    /// <summary>Names of files.</summary>
    Files,

    /// <summary>Names of directories.</summary>
    Directories,

    /// <summary>Names of containers.</summary>
    Containers,

    /// <summary>Names of images.</summary>
    Images,

    /// <summary>Names of networks.</summary>
    Networks,

    /// <summary>A network first, containers after it.</summary>
    NetworkThenContainer,

    /// <summary>Names of volumes.</summary>
    Volumes,

    /// <summary>Names of contexts.</summary>
    Contexts,

    /// <summary>Containers, images, networks and volumes.</summary>
    Objects,

    /// <summary>Registries with credentials.</summary>
    Registries,
}
