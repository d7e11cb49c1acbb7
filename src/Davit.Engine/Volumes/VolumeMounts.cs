using System.Collections.Concurrent;
using System.Net;
using Davit.Linux;
using Davit.Linux.Mounts;
using Davit.Primitives;

namespace Davit.Engine.Volumes;

/// <summary>Mounts of volumes whose options say <c>type</c>, <c>o</c> and <c>device</c>: made when a container first needs them, undone at the volume's removal.</summary>
internal sealed class VolumeMounts(string root)
{
    private readonly ConcurrentDictionary<string, Lock> _gates = new(StringComparer.Ordinal);

    /// <exception cref="DavitException">The kernel refuses; Docker's text.</exception>
    public void Mount(VolumeModel volume, string path)
    {
        if (volume.Options is not { Count: > 0 } options) return;
        lock (_gates.GetOrAdd(volume.Name, static _ => new Lock()))
        {
            if (IsMounted(path)) return;
            var (flags, data) = Split(options.GetValueOrDefault("o") ?? "");
            var device = options["device"];
            if (options["type"].StartsWith("nfs", StringComparison.Ordinal)) data = WithAddress(data, options.GetValueOrDefault("o") ?? "");
            try
            {
                Mounting.Mount(device, path, options["type"], flags, data);
            }
            catch (LinuxException error)
            {
                var cause = $"failed to mount local volume: mount {device}:{path}, data: {data}: {error.Errno.Text()}";
                throw new DavitException(ErrorKind.Internal, $"error while mounting volume '{path}': {cause}", inner: error);
            }
        }
    }

    public void Unmount(VolumeModel volume)
    {
        if (volume.Options is { Count: > 0 }) Mounting.TryUnmount(Path.Combine(root, volume.Name, "_data"));
    }

    private static bool IsMounted(string path) => File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ') is { Length: > 4 } fields && fields[4] == path);

    /// <summary>Flags of mount(2), and the rest for the file system.</summary>
    private static (MountFlags Flags, string Data) Split(string options)
    {
        var flags = MountFlags.None;
        List<string> data = [];
        foreach (var option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            MountFlags? flag = option switch
            {
                "defaults" or "rw" or "suid" or "dev" or "exec" or "async" or "atime" or "diratime" => MountFlags.None,
                "ro" => MountFlags.ReadOnly,
                "nosuid" => MountFlags.NoSuid,
                "nodev" => MountFlags.NoDevices,
                "noexec" => MountFlags.NoExec,
                "sync" => MountFlags.Synchronous,
                "dirsync" => MountFlags.DirSync,
                "noatime" => MountFlags.NoAccessTime,
                "nodiratime" => MountFlags.NoDirectoryAccessTime,
                "relatime" => MountFlags.RelativeAccessTime,
                "strictatime" => MountFlags.StrictAccessTime,
                "bind" => MountFlags.Bind,
                "rbind" => MountFlags.Bind | MountFlags.Recursive,
                _ => null,
            };
            if (flag is { } known) flags |= known;
            else data.Add(option);
        }

        return (flags, string.Join(',', data));
    }

    /// <summary>The kernel's NFS wants an address where people write a name.</summary>
    private static string WithAddress(string data, string options)
    {
        var addr = options.Split(',').FirstOrDefault(option => option.StartsWith("addr=", StringComparison.Ordinal))?[5..];
        if (addr is null || IPAddress.TryParse(addr, out _)) return data;
        var address = Dns.GetHostAddresses(addr).FirstOrDefault() ?? throw new DavitException(ErrorKind.Unavailable, $"error resolving passed in network volume address: {addr}");
        return data.Replace("addr=" + addr, "addr=" + address, StringComparison.Ordinal);
    }
}
