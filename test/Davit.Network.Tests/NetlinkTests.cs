using System.Buffers.Binary;
using System.Net;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;

namespace Davit.Network.Tests;

[Collection("host")]
public sealed class NetlinkTests
{
    public NetlinkTests() => Assert.SkipWhen(OwnHost.Obstacle is not null, OwnHost.Obstacle ?? "");

    [Fact]
    public void An_error_has_the_kernels_explanation_and_the_name()
    {
        using var socket = NetlinkSocket.OpenRoute();
        var request = new NetlinkRequest();
        request.DeleteLinkByName("nosuchlink");
        var error = Assert.Throws<LinuxException>(() => socket.Execute(request));
        Assert.Equal(Errno.ENODEV, error.Errno);
        Assert.Contains("nosuchlink", error.Message);
        Assert.Null(socket.FindLink("nosuchlink"));
    }

    [Fact]
    public void Later_messages_of_a_request_are_carried_out_and_the_socket_goes_on_after_a_failure()
    {
        using var socket = NetlinkSocket.OpenRoute();
        var request = new NetlinkRequest();
        request.DeleteLinkByName("nosuchlink");
        request.AddBridge("nlt0", [2, 0, 0, 0, 0, 1], 1400);
        Assert.Throws<LinuxException>(() => socket.Execute(request));
        Assert.Equal(1400, socket.FindLink("nlt0")!.Mtu);
        request.Clear();
        request.DeleteLinkByName("nlt0");
        socket.Execute(request);
        Assert.Null(socket.FindLink("nlt0"));
    }

    [Fact]
    public void A_transaction_with_one_bad_element_changes_nothing()
    {
        using var socket = NetlinkSocket.OpenNetfilter();
        var batch = new NftBatch(NftFamily.Inet, "nlt");
        batch.AddTable();
        batch.AddSet(new NftSet("s", [NftField.Port], []));
        batch.Commit(socket);
        var bad = new NftBatch(NftFamily.Inet, "nlt");
        bad.AddElements("s", [new NftElement([0, 80])]);
        bad.DeleteElements("s", [new NftElement([0, 81])]);
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => bad.Commit(socket)).Errno);
        Assert.Equal(0, socket.CountElements(NftFamily.Inet, "nlt", "s"));
        var gone = new NftBatch(NftFamily.Inet, "nlt");
        gone.DeleteTable();
        gone.Commit(socket);
    }

    [Fact]
    public void Ten_thousand_elements_go_in_one_transaction()
    {
        using var socket = NetlinkSocket.OpenNetfilter();
        var batch = new NftBatch(NftFamily.Inet, "nlt");
        batch.AddTable();
        batch.AddSet(new NftSet("m", [NftField.Protocol, NftField.Port], [NftField.Ipv4Address, NftField.Port]));
        batch.AddElements("m", Enumerable.Range(1, 10000).Select(port =>
            new NftElement(NftElement.Registers((byte)6, (ushort)port), null, NftElement.Registers(IPAddress.Parse("10.0.0.1"), (ushort)80))));
        batch.Commit(socket);
        Assert.Equal(10000, socket.CountElements(NftFamily.Inet, "nlt", "m"));
        var gone = new NftBatch(NftFamily.Inet, "nlt");
        gone.DeleteTable();
        gone.Commit(socket);
    }

    [Fact]
    public void Malformed_attributes_end_the_walk()
    {
        var random = new Random(42);
        var bytes = new byte[64];
        for (var round = 0; round < 20000; round++)
        {
            random.NextBytes(bytes);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)random.Next(0, 80));
            var walk = new NetlinkAttributes(bytes.AsSpan(0, random.Next(0, 64)));
            var count = 0;
            while (walk.Next())
            {
                _ = (walk.Text, walk.UInt32, walk.UInt64BigEndian);
                Assert.True(++count <= 16);
            }
        }
    }

    [Fact]
    public void An_attribute_longer_than_its_length_field_is_refused()
    {
        var request = new NetlinkRequest();
        request.Begin(16, NetlinkFlags.None, "test");
        Assert.Throws<InvalidOperationException>(() => request.Attribute(1, new byte[70000]));
    }

    [Fact]
    public void A_namespace_is_pinned_until_it_is_unpinned()
    {
        var path = Path.Combine(Path.GetTempPath(), "davit-pin-" + Guid.NewGuid().ToString("N"));
        Assert.False(NetworkNamespace.IsPinned(path));
        InNamespaceFactory.Make(path);
        Assert.True(NetworkNamespace.IsPinned(path));
        NetworkNamespace.Unpin(path);
        Assert.False(File.Exists(path));
        NetworkNamespace.Unpin(path);
    }
}
