using Davit.Oci.Runtime;

namespace Davit.Runtime.Checkpoint;

/// <summary>Writes CRIU's requests (criu_req and criu_opts of its rpc.proto); the numbers are those of the fields.</summary>
internal static class CriuRequest
{
    /// <summary>Name that a network or pid namespace of somebody else has in the images: <c>extRootNetNS</c>.</summary>
    internal static string NamespaceKey(string type) => type == "network" ? "extRootNetNS" : "extRootPidNS";

    /// <summary>A checkpoint.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="target">What is to be saved.</param>
    internal static ProtoWriter Dump(CheckpointRequest request, CriuTarget target)
    {
        var options = Options(request, target)
            .Number(2, target.Pid)
            .Flag(3, request.LeaveRunning)
            .Text(14, request.ParentPath)
            .Flag(15, request.ParentPath is not null || request.PreDump)
            .Flag(46, request.TcpSkipInFlight)
            .Text(44, target.FreezeCgroup);
        if (request.PageServer is var (address, port)) options.Message(11, new ProtoWriter().Text(1, address).Number(2, port));
        foreach (var name in target.Files) options.Text(37, name);
        foreach (var (type, inode) in target.Namespaces) options.Text(37, $"{(type == "network" ? "net" : type)}[{inode}]:{NamespaceKey(type)}");
        return Whole(request.PreDump ? CriuRequestKind.PreDump : CriuRequestKind.Dump, options);
    }

    /// <summary>A restore.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="target">Where it is to be.</param>
    internal static ProtoWriter Restore(CheckpointRequest request, CriuTarget target)
    {
        var options = Options(request, target).Flag(6, true).Flag(26, true).Flag(52, request.TcpClose).Text(53, request.LsmProfile).Text(63, request.LsmMountContext);
        foreach (var (controllers, path) in target.Cgroups) options.Message(25, new ProtoWriter().Text(1, controllers).Text(2, path));
        foreach (var (key, descriptor) in target.Inherited) options.Message(27, new ProtoWriter().Text(1, key).Number(2, descriptor));
        foreach (var (type, path) in target.Joined) options.Message(39, new ProtoWriter().Text(1, type == "mount" ? "mnt" : type).Text(2, path));
        return Whole(CriuRequestKind.Restore, options);
    }

    private static ProtoWriter Options(CheckpointRequest request, CriuTarget target)
    {
        const int DebugLevel = 4, NetworkNamespace = 0x40000000;

        // interfaces are the business of whoever made them, as they are with runc
        var options = new ProtoWriter()
            .Number(1, target.Images)
            .Flag(4, request.ExternalUnixSockets)
            .Flag(5, request.TcpEstablished)
            .Flag(7, request.ShellJob)
            .Flag(8, request.FileLocks)
            .Number(9, DebugLevel)
            .Text(10, target.LogFile)
            .Flag(12, true)
            .Text(13, target.Root)
            .Flag(16, request.AutoDedup)
            .Flag(18, request.LinkRemap)
            .Flag(24, request.CgroupMode != CgroupMode.Ignore)
            .Number(34, (int)request.CgroupMode)
            .Number(38, NetworkNamespace)
            .Flag(48, request.LazyPages)
            .Flag(50, true)
            .Text(51, target.ConfigurationFile);
        if (target.Work >= 0) options.Number(17, target.Work);
        if (request.NetworkLock is { } method) options.Number(64, (int)method);
        foreach (var (key, value) in target.Mounts) options.Message(23, new ProtoWriter().Text(1, key).Text(2, value));
        return options;
    }

    private static ProtoWriter Whole(CriuRequestKind kind, ProtoWriter options) => new ProtoWriter().Number(1, (int)kind).Message(2, options);
}

/// <summary>What a request is about, beside its options.</summary>
internal sealed record CriuTarget
{
    /// <summary>Descriptors of the directories, numbers of the runtime's; -1 for none.</summary>
    internal int Images { get; init; } = -1;

    internal int Work { get; init; } = -1;

    internal required string LogFile { get; init; }

    /// <summary>A file whose options count more than the request's, or null.</summary>
    internal string? ConfigurationFile { get; init; }

    internal required string Root { get; init; }

    internal IReadOnlyList<(string Key, string Value)> Mounts { get; init; } = [];

    /// <summary>The process to be saved.</summary>
    internal int Pid { get; init; }

    /// <summary>Cgroup by whose freezer the processes are stopped, or null.</summary>
    internal string? FreezeCgroup { get; init; }

    /// <summary>Files outside of the container, by CRIU's names.</summary>
    internal IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Namespaces of somebody else, with their numbers.</summary>
    internal IReadOnlyList<(string Type, ulong Inode)> Namespaces { get; init; } = [];

    /// <summary>Where the cgroups that were roots are now.</summary>
    internal IReadOnlyList<(string Controllers, string Path)> Cgroups { get; init; } = [];

    /// <summary>Descriptors of CRIU that stand for what is outside.</summary>
    internal IReadOnlyList<(string Key, int Descriptor)> Inherited { get; init; } = [];

    /// <summary>Namespaces that are entered instead of made.</summary>
    internal IReadOnlyList<(string Type, string Path)> Joined { get; init; } = [];

    /// <summary>File of the configuration: the one that the container names (empty for none), else ours or runc's.</summary>
    internal static string? ConfigurationOf(Spec spec)
    {
        if (spec.Annotations?.TryGetValue("org.criu.config", out var named) == true) return named.Length > 0 ? named : null;
        return File.Exists("/etc/criu/davit-oci.conf") ? "/etc/criu/davit-oci.conf" : "/etc/criu/runc.conf";
    }
}
