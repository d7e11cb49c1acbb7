using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config-linux.md: seccomp, and the container process state.</summary>
public sealed class SeccompTests
{
    private static readonly string[] Start = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    [Theory]
    [InlineData("SCMP_ACT_ERRNO", "Operation not permitted")]
    [InlineData("SCMP_ACT_KILL", "159")]
    [InlineData("SCMP_ACT_KILL_THREAD", "159")]
    [InlineData("SCMP_ACT_KILL_PROCESS", "159")]
    [InlineData("SCMP_ACT_TRAP", "159")]
    [InlineData("SCMP_ACT_TRACE", "Function not implemented")]
    [InlineData("SCMP_ACT_LOG", "made")]
    [InlineData("SCMP_ACT_ALLOW", "made")]
    [Clause("config-linux/seccomp/action", "config-linux/seccomp/names", "config-linux/seccomp/default-action")]
    public Task Action_of_a_rule_is_what_happens(string action, string expected) => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Seccomp = new() { DefaultAction = action == "SCMP_ACT_ALLOW" ? "SCMP_ACT_LOG" : "SCMP_ACT_ALLOW", Architectures = Start, Syscalls = [new() { Names = ["mkdir", "mkdirat"], Action = action }] } });
        var run = await bundle.RunAsync("mkdir /tmp/x 2>&1; echo $?; test -d /tmp/x && echo made; true");
        Assert.Contains(expected, run.Succeeded().Output);
    }, action);

    [Theory]
    [InlineData("SCMP_CMP_EQ", 10, 0, "inet6")]
    [InlineData("SCMP_CMP_NE", 10, 0, "inet netlink")]
    [InlineData("SCMP_CMP_LT", 10, 0, "inet")]
    [InlineData("SCMP_CMP_LE", 10, 0, "inet inet6")]
    [InlineData("SCMP_CMP_GT", 10, 0, "netlink")]
    [InlineData("SCMP_CMP_GE", 10, 0, "inet6 netlink")]
    [InlineData("SCMP_CMP_MASKED_EQ", 10, 2, "inet")]
    [Clause("config-linux/seccomp/args")]
    public Task Condition_on_an_argument_decides(string op, int value, int second, string refused) => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with
        {
            Seccomp = new()
            {
                DefaultAction = "SCMP_ACT_ALLOW",
                Architectures = Start,
                Syscalls = [new() { Names = ["socket"], Action = "SCMP_ACT_ERRNO", ErrnoRet = 28, Args = [new() { Index = 0, Op = op, Value = (ulong)value, ValueTwo = (ulong)second }] }],
            },
        });

        // socket families 2 (inet), 10 (inet6), 16 (netlink)
        var run = await bundle.RunAsync("f() { n=$1; shift; busybox $* 2>&1 | grep -q 'No space' && echo $n; }; echo $(f inet nc -w1 127.0.0.1 1; f inet6 nc -w1 ::1 1; f netlink ip route)");
        Assert.Equal(refused, run.Succeeded().Text);
    }, op);

    [Theory]
    [InlineData("default", "SCMP_ACT_ALLOW")]
    [InlineData("default", "SCMP_ACT_KILL")]
    [InlineData("rule", "SCMP_ACT_ALLOW")]
    [InlineData("rule", "SCMP_ACT_LOG")]
    [InlineData("rule", "SCMP_ACT_TRAP")]
    [Clause("config-linux/seccomp/default-errno", "config-linux/seccomp/errno")]
    public Task Error_number_for_an_action_that_takes_none_is_an_error(string where, string action) => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with
        {
            Seccomp = where == "default"
                ? new() { DefaultAction = action, DefaultErrnoRet = 5, Architectures = Start }
                : new() { DefaultAction = "SCMP_ACT_ERRNO", Architectures = Start, Syscalls = [new() { Names = ["mkdir"], Action = action, ErrnoRet = 5 }] },
        });
        await bundle.CreateFailsAsync();
    }, $"{where} {action}");

    [Fact]
    [Clause("config-linux/seccomp/default-errno", "config-linux/seccomp/errno")]
    public Task Error_number_is_what_the_call_returns() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Seccomp = new() { DefaultAction = "SCMP_ACT_ALLOW", Architectures = Start, Syscalls = [new() { Names = ["mkdir", "mkdirat"], Action = "SCMP_ACT_ERRNO", ErrnoRet = 28 }] } });
        Assert.Contains("No space left on device", (await bundle.RunAsync("mkdir /tmp/x 2>&1")).Output);
    });

    [Theory]
    [InlineData("names", "[]")]
    [InlineData("names", null)]
    [InlineData("action", null)]
    [InlineData("args", "[{\"value\":1,\"index\":0}]")]
    [InlineData("args", "[{\"index\":9,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]")]
    [Clause("config-linux/seccomp/names", "config-linux/seccomp/action", "config-linux/seccomp/args")]
    public Task Rule_that_says_too_little_is_refused(string field, string? value) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c =>
        {
            var rule = new JsonObject { ["names"] = new JsonArray("mkdir"), ["action"] = "SCMP_ACT_ERRNO" };
            rule.Remove(field);
            if (value is not null) rule[field] = JsonNode.Parse(value);
            c["linux"]!["seccomp"] = new JsonObject { ["defaultAction"] = "SCMP_ACT_ALLOW", ["syscalls"] = new JsonArray(rule) };
        };
        await bundle.CreateFailsAsync();
    }, $"{field} {value}");

    [Fact]
    [Clause("config-linux/seccomp/default-action")]
    public Task Profile_without_a_default_action_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["linux"]!["seccomp"] = new JsonObject { ["syscalls"] = new JsonArray() };
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config-linux/seccomp/metadata-alone")]
    public Task Metadata_without_a_listener_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Seccomp = new() { DefaultAction = "SCMP_ACT_ALLOW", ListenerMetadata = "x" } });
        await bundle.CreateFailsAsync();
    });

    [Theory]
    [InlineData("nobody")]
    [InlineData("datagram")]
    [InlineData("file")]
    [Clause("config-linux/seccomp/listener-fails", "config-linux/seccomp/listener-socket")]
    public Task Listener_that_can_not_be_told_is_an_error(string what) => Suite.CheckAsync(async bundle =>
    {
        var path = bundle.Directory + "/agent.sock";
        using var datagram = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        if (what == "datagram") datagram.Bind(new UnixDomainSocketEndPoint(path));
        if (what == "file") await File.WriteAllTextAsync(path, "");
        bundle.Process(p => p with { NoNewPrivileges = true, Args = ["/bin/true"] });
        bundle.Linux(l => l with { Seccomp = Notifying(path) });
        await bundle.CreateFailsAsync();
    }, what);

    [Fact]
    [Clause("config-linux/seccomp/listener-one", "config-linux/seccomp/listener-closed", "config-linux/seccomp/listener-fd", "config-linux/seccomp/listener-socket")]
    [Clause("config-linux/process-state/payload", "config-linux/process-state/first", "config-linux/process-state/oci-version", "config-linux/process-state/pid", "config-linux/process-state/state")]
    public Task Listener_is_told_once_with_the_descriptor_and_the_connection_closes() => Suite.CheckAsync(async bundle =>
    {
        var path = bundle.Directory + "/agent.sock";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        bundle.Process(p => p with { NoNewPrivileges = true, Args = ["/bin/true"] });
        bundle.Linux(l => l with { Seccomp = Notifying(path) });
        var run = bundle.OciAsync("create", "-b", bundle.Directory, bundle.Id);
        using var connection = await listener.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var descriptor = ReceivedDescriptor.Take(connection, out var text);
        var rest = new byte[16];
        Assert.Equal(0, await connection.ReceiveAsync(rest).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True((await run).ExitCode == 0, bundle.Errors);
        Assert.Contains("seccomp notify", new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget);
        Davit.Linux.Directories.FileIo.Close(descriptor);
        var state = JsonDocument.Parse(text).RootElement;
        Assert.Matches(@"^\d+\.\d+\.\d+", state.GetProperty("ociVersion").GetString());
        Assert.Equal("seccompFd", state.GetProperty("fds")[0].GetString());
        Assert.Equal(1, state.GetProperty("fds").GetArrayLength());
        Assert.Equal("words", state.GetProperty("metadata").GetString());
        Assert.Equal(await bundle.PidAsync(), state.GetProperty("pid").GetInt32());
        Assert.Equal(bundle.Id, state.GetProperty("state").GetProperty("id").GetString());
        Assert.Equal("creating", state.GetProperty("state").GetProperty("status").GetString());
    });

    private static SeccompSpec Notifying(string path) => new()
    {
        DefaultAction = "SCMP_ACT_ALLOW",
        Architectures = ["SCMP_ARCH_X86_64"],
        ListenerPath = path,
        ListenerMetadata = "words",
        Syscalls = [new() { Names = ["mkdir"], Action = "SCMP_ACT_NOTIFY" }],
    };
}
