namespace Davit.DockerApi.Containers;

/// <summary>A device of the host.</summary>
public sealed record DeviceMapping
{
    /// <summary>Path on the host.</summary>
    public string PathOnHost { get; set; } = "";

    /// <summary>Path in the container.</summary>
    public string PathInContainer { get; set; } = "";

    /// <summary>Of <c>rwm</c>.</summary>
    public string CgroupPermissions { get; set; } = "";
}
