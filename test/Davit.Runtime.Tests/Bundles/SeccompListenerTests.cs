using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Bundles;

public sealed partial class SeccompListenerTests
{
    private const nuint Receive = 0xc0502100, Send = 0xc0182101;

    [Fact]
    public async Task Listener_gets_the_descriptor_and_decides()
    {
        await using var bundle = new OciBundle();
        var path = bundle.Directory + "/agent.sock";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        bundle.Process(p => p with { NoNewPrivileges = true });
        bundle.Linux(l => l with { Seccomp = Profile(path) });
        var run = bundle.RunAsync("mkdir /tmp/one 2>&1; echo ended");
        using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var descriptor = ReceivedDescriptor.Take(connection, out var text);
        Answer(descriptor, errno: 95);

        Assert.Equal("mkdir: can't create directory '/tmp/one': Operation not supported\nended\n", (await run).Succeeded().Output);
        var state = JsonDocument.Parse(text).RootElement;
        Assert.Equal("seccompFd", state.GetProperty("fds")[0].GetString());
        Assert.Equal("words for the agent", state.GetProperty("metadata").GetString());
        Assert.Equal(bundle.Id, state.GetProperty("state").GetProperty("id").GetString());
        Assert.Equal(state.GetProperty("pid").GetInt32(), state.GetProperty("state").GetProperty("pid").GetInt32());
        Assert.NotEqual(0, state.GetProperty("pid").GetInt32());
        Assert.False(Directory.Exists(bundle.Root + "/tmp/one"));
    }

    [Fact]
    public async Task Listener_that_is_missing_or_asked_too_much_is_refused()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Seccomp = Profile(bundle.Directory + "/nobody.sock") });
        Assert.Contains("nobody.sock", (await bundle.RunAsync("true")).Error);

        bundle.Linux(l => l with { Seccomp = Profile(null) });
        Assert.Contains("\"SCMP_ACT_NOTIFY\" needs a listener", (await bundle.RunAsync("true")).Error);

        bundle.Linux(l => l with { Seccomp = Profile("/x") with { DefaultAction = "SCMP_ACT_NOTIFY" } });
        Assert.Contains("SCMP_ACT_NOTIFY cannot be used as default action", (await bundle.RunAsync("true")).Error);

        bundle.Linux(l => l with { Seccomp = Profile("/x") with { Syscalls = [new() { Names = ["write"], Action = "SCMP_ACT_NOTIFY" }] } });
        Assert.Contains("SCMP_ACT_NOTIFY cannot be used for the write syscall", (await bundle.RunAsync("true")).Error);
    }

    private static SeccompSpec Profile(string? listener) => new()
    {
        DefaultAction = "SCMP_ACT_ALLOW",
        Architectures = ["SCMP_ARCH_X86_64"],
        ListenerPath = listener,
        ListenerMetadata = listener is null ? null : "words for the agent",
        Syscalls = [new() { Names = ["mkdir", "mkdirat"], Action = "SCMP_ACT_NOTIFY" }],
    };

    /// <summary>Takes one notification and lets its call fail.</summary>
    private static unsafe void Answer(int descriptor, int errno)
    {
        var notification = stackalloc byte[80];
        new Span<byte>(notification, 80).Clear();

        // SAFETY: struct seccomp_notif has 80 bytes, struct seccomp_notif_resp 24: id, value, error and flags.
        Assert.Equal(0, Control(descriptor, Receive, notification));
        var answer = stackalloc long[3];
        (answer[0], answer[1], answer[2]) = (*(long*)notification, 0, (uint)-errno);
        Assert.Equal(0, Control(descriptor, Send, (byte*)answer));
        Davit.Linux.Directories.FileIo.Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Control(int fd, nuint request, byte* argument);
}
