using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Answer to <c>GET /containers/ID/json</c>.</summary>
public sealed record ContainerInspect
{
    /// <summary>Full id.</summary>
    public string Id { get; set; } = "";

    /// <summary>When.</summary>
    public string Created { get; set; } = "";

    /// <summary>Program.</summary>
    public string Path { get; set; } = "";

    /// <summary>Arguments.</summary>
    public IReadOnlyList<string> Args { get; set; } = [];

    /// <summary>State.</summary>
    public ContainerState? State { get; set; }

    /// <summary>Image id.</summary>
    public string Image { get; set; } = "";

    /// <summary>File on the host.</summary>
    public string ResolvConfPath { get; set; } = "";

    /// <summary>File on the host.</summary>
    public string HostnamePath { get; set; } = "";

    /// <summary>File on the host.</summary>
    public string HostsPath { get; set; } = "";

    /// <summary>File on the host.</summary>
    public string LogPath { get; set; } = "";

    /// <summary>With a slash before it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Restarts by the policy.</summary>
    public int RestartCount { get; set; }

    /// <summary>Storage.</summary>
    public string Driver { get; set; } = "";

    /// <summary><c>linux</c>.</summary>
    public string Platform { get; set; } = "";

    /// <summary>SELinux.</summary>
    public string MountLabel { get; set; } = "";

    /// <summary>SELinux.</summary>
    public string ProcessLabel { get; set; } = "";

    /// <summary>AppArmor.</summary>
    public string AppArmorProfile { get; set; } = "";

    /// <summary>Processes started by exec.</summary>
    public IReadOnlyList<string>? ExecIDs { get; set; }

    /// <summary>What the host gives.</summary>
    public HostConfig? HostConfig { get; set; }

    /// <summary>Where the root file system lies.</summary>
    public GraphDriverData? GraphDriver { get; set; }

    /// <summary>Bytes written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRw { get; set; }

    /// <summary>Bytes in all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRootFs { get; set; }

    /// <summary>Mounts.</summary>
    public IReadOnlyList<MountPoint> Mounts { get; set; } = [];

    /// <summary>What runs.</summary>
    public ContainerConfig? Config { get; set; }

    /// <summary>Network.</summary>
    public NetworkSettings? NetworkSettings { get; set; }
}
