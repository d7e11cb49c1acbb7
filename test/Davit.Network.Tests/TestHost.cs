using System.Net;
using System.Net.Sockets;
using System.Text;
using Davit.Linux.Netlink;
using Davit.Primitives;

namespace Davit.Network.Tests;

/// <summary>A service with directories of its own, and another machine beside it: a namespace behind a veth pair with no route to containers.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    internal const string HostAddress = "198.18.0.1";
    internal const string OutsideAddress = "198.18.0.2";
    private const string Wire = "outwire";
    private readonly string _root = Directory.CreateTempSubdirectory("davit-network-").FullName;
    private readonly MemoryDocuments _documents = new();
    private readonly NetworkServiceOptions _options;
    private readonly NetlinkSocket _links = NetlinkSocket.OpenRoute();

    private TestHost(NetworkServiceOptions options)
    {
        _options = options;
        Instance = new Instance
        {
            Name = "nettest",
            DataRoot = _root + "/data",
            RunRoot = _root + "/run",
            Bridge = "nettest0",
            InterfacePrefix = "ntt",
            FirewallTable = "davit-nettest",
        };
        OutsidePath = _root + "/outside";
    }

    internal Instance Instance { get; }

    internal NetworkService Service { get; private set; } = null!;

    internal string OutsidePath { get; }

    internal static AddressPool Pool(string text) => AddressPool.Parse(text);

    internal static async Task<TestHost> StartAsync(NetworkServiceOptions? options = null)
    {
        Assert.SkipWhen(OwnHost.Obstacle is not null, OwnHost.Obstacle ?? "");
        var host = new TestHost(options ?? new NetworkServiceOptions
        {
            DefaultAddressPools = [Pool("base=10.213.0.0/16,size=24")],
            PreparedNamespaces = 2,
            PreparedEmptyNamespaces = 1,
        });
        host.MakeOutside();
        await host.StartServiceAsync();
        return host;
    }

    /// <summary>Another daemon on the same state: what it finds after the first one was killed.</summary>
    internal async Task RestartAsync()
    {
        await Service.DisposeAsync();
        await StartServiceAsync();
    }

    internal async Task StartServiceAsync()
    {
        Service = new NetworkService(Instance, _documents, _options, TimeProvider.System);
        await Service.StartAsync(TestContext.Current.CancellationToken);
    }

    internal Task<NetworkSandbox> AttachAsync(string id, string network = "bridge", string name = "", PortBinding[]? ports = null, string[]? aliases = null, IPAddress? address = null) =>
        Service.AttachAsync(
            new SandboxOptions
            {
                ContainerId = id,
                ContainerName = name.Length > 0 ? name : id,
                Endpoints = [new EndpointOptions { Network = network, Aliases = aliases ?? [id], Address = address }],
                Ports = ports ?? [],
            },
            TestContext.Current.CancellationToken);

    internal Task<NetworkModel> CreateAsync(string name, string? subnet = null, bool isInternal = false, bool ipv6 = false, Dictionary<string, string>? options = null) =>
        Service.CreateAsync(
            new NetworkOptions { Name = name, Ipam = subnet is null ? [] : [(subnet, null, null)], Internal = isInternal, EnableIPv6 = ipv6, Options = options ?? [] },
            TestContext.Current.CancellationToken);

    /// <summary>A server in a namespace that answers each TCP connection, or datagram, with the peer's address.</summary>
    internal static Task<bool> Serve(string namespacePath, int port, bool udp = false, int answers = 1, AddressFamily family = AddressFamily.InterNetwork)
    {
        using var ready = new ManualResetEventSlim();
        var gate = ready;
        var any = family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        var task = InNamespace.Start(namespacePath, () =>
        {
            using var socket = new Socket(family, udp ? SocketType.Dgram : SocketType.Stream, udp ? ProtocolType.Udp : ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(any, port));
            socket.ReceiveTimeout = 5000;
            if (!udp)
            {
                socket.Listen(16);
            }

            gate.Set();
            for (var i = 0; i < answers; i++)
            {
                if (udp)
                {
                    EndPoint from = new IPEndPoint(any, 0);
                    socket.ReceiveFrom(new byte[100], ref from);
                    socket.SendTo(Encoding.ASCII.GetBytes(((IPEndPoint)from).Address.ToString()), from);
                }
                else
                {
                    if (!socket.Poll(5_000_000, SelectMode.SelectRead))
                    {
                        throw new TimeoutException($"nobody connected to port {port}");
                    }

                    using var connection = socket.Accept();
                    connection.Send(Encoding.ASCII.GetBytes(((IPEndPoint)connection.RemoteEndPoint!).Address.ToString()));
                }
            }

            return true;
        });
        Assert.True(ready.Wait(5000));
        return task;
    }

    /// <summary>What a server says, asked from the host.</summary>
    internal static string Ask(string address, int port, bool udp = false, int timeout = 3000)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = new Socket(target.AddressFamily, udp ? SocketType.Dgram : SocketType.Stream, udp ? ProtocolType.Udp : ProtocolType.Tcp);
        socket.SendTimeout = timeout;
        socket.ReceiveTimeout = timeout;
        socket.Blocking = udp;
        if (udp)
        {
            socket.Connect(target);
            socket.Send("?"u8);
        }
        else
        {
            try
            {
                socket.Connect(target);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                if (!socket.Poll(timeout * 1000, SelectMode.SelectWrite))
                {
                    throw new SocketException((int)SocketError.TimedOut);
                }
            }

            socket.Blocking = true;
        }

        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
    }

    /// <summary>The same, asked from a namespace.</summary>
    internal static string AskFrom(string namespacePath, string address, int port, bool udp = false, int timeout = 3000) =>
        InNamespace.Run(namespacePath, () => Ask(address, port, udp, timeout));

    internal IReadOnlyList<string> Interfaces() => [.. _links.ListLinks().Select(link => link.Name).Order()];

    /// <summary>Namespaces of this host that are pinned; other daemons on the machine have theirs.</summary>
    internal int NetworkMounts() => File.ReadLines("/proc/self/mountinfo").Count(line => line.Contains(" nsfs ", StringComparison.Ordinal) && line.Contains(_root, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Service.DisposeAsync();
            NetworkCleanup.RemoveEverything(Instance, _documents);
            var request = new NetlinkRequest();
            request.DeleteLinkByName(Wire);
            _links.Execute(request);
            NetworkNamespace.Unpin(OutsidePath);
            Assert.Equal(["lo"], Interfaces().Where(name => !name.StartsWith("sit", StringComparison.Ordinal) && !name.StartsWith("tunl", StringComparison.Ordinal)));
        }
        finally
        {
            _links.Dispose();
            Directory.Delete(_root, recursive: true);
        }
    }

    private void MakeOutside()
    {
        InNamespaceFactory.Make(OutsidePath);
        using var outside = NetworkNamespace.Open(OutsidePath);
        var request = new NetlinkRequest();
        request.AddVeth(Wire, "eth0", outside.Number, 0, 0);
        request.SetUp(1, "lo");
        _links.Execute(request);
        var index = _links.FindLink(Wire)!.Index;
        request.Clear();
        request.AddAddress(index, IPAddress.Parse(HostAddress), 24);
        _links.Execute(request);
        InNamespace.Run(OutsidePath, () =>
        {
            using var inside = NetlinkSocket.OpenRoute();
            var there = inside.FindLink("eth0")!.Index;
            var setup = new NetlinkRequest();
            setup.SetUp(1, "lo");
            setup.AddAddress(there, IPAddress.Parse(OutsideAddress), 24);
            setup.SetUp(there, "eth0");
            inside.Execute(setup);
            return true;
        });
    }
}
