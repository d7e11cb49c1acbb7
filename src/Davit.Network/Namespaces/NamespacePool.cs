using System.Security.Cryptography;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Network.Bridges;
using Davit.Primitives;

namespace Davit.Network.Namespaces;

/// <summary>
/// Network namespaces made before they are needed: a new one costs far more than joining a ready one. A used namespace is never given out again,
/// since its container may have left anything in it.
/// </summary>
internal sealed class NamespacePool : IDisposable
{
    internal const string InnerInterface = "eth0";
    private const double QuietMilliseconds = 20;
    private readonly Lock _gate = new();
    private readonly Queue<PreparedNamespace> _wired = [];
    private readonly Queue<PreparedNamespace> _empty = [];
    private readonly string _directory;
    private readonly Instance _instance;
    private readonly HostLinks _links;
    private readonly Func<int> _defaultBridge;
    private readonly (int Wired, int Empty) _wanted;
    private readonly NamespaceThread _thread;
    private readonly TimeProvider _time;
    private long _lastTaken;
    private bool _paused;

    /// <summary>Makes the pool; it fills after <see cref="Start"/>.</summary>
    /// <param name="instance">Directory and interface prefix.</param>
    /// <param name="options">How many to keep ready.</param>
    /// <param name="links">The host's links.</param>
    /// <param name="defaultBridge">Index of the bridge that prepared interfaces are ports of, or 0.</param>
    /// <param name="time">Clock.</param>
    internal NamespacePool(Instance instance, NetworkServiceOptions options, HostLinks links, Func<int> defaultBridge, TimeProvider time)
    {
        _time = time;
        _directory = Path.Combine(instance.RunRoot, "netns");
        _instance = instance;
        _links = links;
        _defaultBridge = defaultBridge;
        _wanted = (options.PreparedNamespaces, options.PreparedEmptyNamespaces);
        _thread = new NamespaceThread($"{instance.Name}-netns", Refill);
        Directory.CreateDirectory(_directory);
    }

    /// <summary>Where namespaces are pinned.</summary>
    internal string PinDirectory => _directory;

    /// <summary>Begins to fill the pool, in the background.</summary>
    internal void Start() => _thread.Start();

    /// <summary>A fresh name for the host's end of a pair.</summary>
    internal string NewHostInterface() => HostInterfaceName.New(_instance);

    /// <summary>A namespace for the caller alone: ready at once when the pool has one, else made now.</summary>
    internal ValueTask<PreparedNamespace> TakeAsync(bool wired)
    {
        PreparedNamespace? ready;
        lock (_gate)
        {
            (wired ? _wired : _empty).TryDequeue(out ready);
            _lastTaken = _time.GetTimestamp();
        }

        if (ready is not null)
        {
            _thread.Wake();
            return ValueTask.FromResult(ready);
        }

        return new ValueTask<PreparedNamespace>(_thread.RunAsync(() => Make(wired)));
    }

    /// <summary>Opens a container's namespace to change it.</summary>
    internal Task<OpenNamespace> OpenAsync(string path) => _thread.RunAsync(() =>
    {
        var descriptor = NetworkNamespace.Open(path);
        return new OpenNamespace(descriptor, _thread.Visit(descriptor, NetlinkSocket.OpenRoute));
    });

    /// <summary>An nf_tables socket inside a namespace.</summary>
    internal Task<NetlinkSocket> OpenFirewallAsync(string path) => _thread.RunAsync(() =>
    {
        using var descriptor = NetworkNamespace.Open(path);
        return _thread.Visit(descriptor, NetlinkSocket.OpenNetfilter);
    });

    /// <summary>Switches IPv6 on for an interface inside; prepared namespaces have it off but for <c>lo</c>.</summary>
    internal Task EnableIPv6Async(Linux.Descriptors.FileDescriptor descriptor, string interfaceName) => _thread.RunAsync(() => _thread.Visit(descriptor, () =>
    {
        File.WriteAllText($"/proc/sys/net/ipv6/conf/{interfaceName}/accept_dad", "0");
        File.WriteAllText($"/proc/sys/net/ipv6/conf/{interfaceName}/disable_ipv6", "0");
        return true;
    }));

    /// <summary>Stops refilling and hands back everything that is ready; the caller takes it down.</summary>
    internal IReadOnlyList<PreparedNamespace> Drain()
    {
        lock (_gate)
        {
            _paused = true;
            PreparedNamespace[] all = [.. _wired, .. _empty];
            _wired.Clear();
            _empty.Clear();
            return all;
        }
    }

    /// <summary>Ends the thread. What is still ready stays pinned; call <see cref="Drain"/> again afterwards for what was in the making.</summary>
    public void Dispose() => _thread.Dispose();

    /// <summary>Makes one more, unless a start was just now: it must not wait behind us for the kernel's lock on links while there are others ready.</summary>
    private int Refill()
    {
        const int Now = 0, WhenWoken = -1;
        bool wired;
        lock (_gate)
        {
            if (_paused || (_wired.Count >= _wanted.Wired && _empty.Count >= _wanted.Empty))
            {
                return WhenWoken;
            }

            var plenty = _wired.Count * 2 >= _wanted.Wired && _empty.Count * 2 >= _wanted.Empty;
            if (plenty && _time.GetElapsedTime(_lastTaken).TotalMilliseconds is var quiet && quiet < QuietMilliseconds)
            {
                return (int)(QuietMilliseconds - quiet) + 1;
            }

            wired = _wired.Count < _wanted.Wired && (_wired.Count <= _empty.Count || _empty.Count >= _wanted.Empty);
        }

        PreparedNamespace made;
        try
        {
            made = Make(wired);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            // Whoever needs one makes it then, and gets the error.
            return WhenWoken;
        }

        lock (_gate)
        {
            (made.HostInterface is null ? _empty : _wired).Enqueue(made);
        }

        return Now;
    }

    private PreparedNamespace Make(bool wired)
    {
        var path = Path.Combine(_directory, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
        var up = new NetlinkRequest();
        up.SetUp(1, "lo");
        var (descriptor, links) = _thread.Visit(null, () =>
        {
            NetworkNamespace.PinOwn(path);
            var inside = NetlinkSocket.OpenRoute();
            inside.Execute(up);
            WriteSettings();

            return (NetworkNamespace.OpenOwn(), inside);
        });
        if (!wired)
        {
            return new PreparedNamespace(path, descriptor, links, null, 0, 0);
        }

        try
        {
            var name = NewHostInterface();
            var master = _defaultBridge();
            _links.Execute(request => request.AddVeth(name, InnerInterface, descriptor.Number, master, 0));
            var inner = links.FindLink(InnerInterface) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", InnerInterface);
            return new PreparedNamespace(path, descriptor, links, name, inner.Index, master);
        }
        catch
        {
            descriptor.Dispose();
            links.Dispose();
            NetworkNamespace.Unpin(path);
            throw;
        }
    }

    /// <summary>As in Docker's containers: any user may bind any port and ping, and interfaces have no IPv6 unless their network has.</summary>
    private static void WriteSettings()
    {
        foreach (var (path, value) in ((string, string)[])
        [
            ("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"),
            ("/proc/sys/net/ipv4/ping_group_range", "0 2147483647"),
            ("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"),
        ])
        {
            try
            {
                File.WriteAllText(path, value);
            }
            catch (IOException)
            {
                // a kernel without the setting, or a user namespace that maps fewer groups
            }
            catch (UnauthorizedAccessException)
            {
                // /proc/sys is read-only here
            }
        }
    }
}
