namespace Davit.DockerApi.Host;

/// <summary>A node that is in no swarm.</summary>
public sealed record SwarmInfo
{
    /// <summary>Always empty.</summary>
    public string NodeID { get; set; } = "";

    /// <summary>Always empty.</summary>
    public string NodeAddr { get; set; } = "";

    /// <summary>Always inactive.</summary>
    public string LocalNodeState { get; set; } = "inactive";

    /// <summary>Never.</summary>
    public bool ControlAvailable { get; set; }

    /// <summary>Always empty.</summary>
    public string Error { get; set; } = "";

    /// <summary>Always null.</summary>
    public IReadOnlyList<string>? RemoteManagers { get; set; }
}
