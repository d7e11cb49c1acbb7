using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config-linux.md: namespaces, mappings, time offsets.</summary>
public sealed class NamespaceTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    private static readonly Dictionary<string, string> Files = new(StringComparer.Ordinal)
    {
        ["pid"] = "pid", ["network"] = "net", ["mount"] = "mnt", ["ipc"] = "ipc", ["uts"] = "uts", ["user"] = "user", ["cgroup"] = "cgroup", ["time"] = "time",
    };

    public static TheoryData<string> Types => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    [Clause("config-linux/namespaces/types", "config-linux/namespaces/new")]
    public Task Namespace_without_a_path_is_new(string type) => Suite.CheckAsync(async bundle =>
    {
        if (type == "user") bundle.UserNamespace();
        else bundle.Namespace(type);
        await bundle.StartAsync(Waits);
        Assert.NotEqual(Own(type), await OfAsync(bundle, type));
    }, type);

    [Theory]
    [MemberData(nameof(Types))]
    [Clause("config-linux/namespaces/inherited")]
    public Task Namespace_that_is_not_listed_is_the_runtimes(string type) => Suite.CheckAsync(async bundle =>
    {
        if (type == "uts") bundle.Spec = bundle.Spec with { Hostname = null };
        bundle.Linux(l => l with { Namespaces = [.. l.Namespaces!.Where(n => n.Type != type)] });
        await bundle.StartAsync("ls /; touch /data/listed; " + Waits);

        // a peer may run in a mount namespace of eng/peers/runtime
        if (type != "mount" || Suite.IsOurs) Assert.Equal(Own(type), await OfAsync(bundle, type));
        if (type != "mount") return;
        await DocumentTests.AppearsAsync(bundle.Root + "/data/listed");
        Assert.Equal("bin data dev etc proc sys tmp", bundle.Output.Trim().ReplaceLineEndings(" "));
        Assert.StartsWith("bin", (await bundle.RawAsync(["exec", bundle.Id, "/bin/ls", "/"])).Succeeded().Output);
    }, type);

    [Theory]
    [MemberData(nameof(Types))]
    [Clause("config-linux/namespaces/path")]
    public Task Namespace_with_a_path_is_joined(string type) => Suite.CheckAsync(async bundle =>
    {
        if (type == "mount")
        {
            using var holder = System.Diagnostics.Process.Start("unshare", ["--mount", "sleep", "1000"]);
            try
            {
                while (new FileInfo($"/proc/{holder.Id}/ns/mnt").LinkTarget == Own(type)) await Task.Yield();
                bundle.Namespace(type, $"/proc/{holder.Id}/ns/mnt");
                await bundle.StartAsync("ls /; touch /data/listed; " + Waits);
                Assert.Equal(new FileInfo($"/proc/{holder.Id}/ns/mnt").LinkTarget, await OfAsync(bundle, type));
                await DocumentTests.AppearsAsync(bundle.Root + "/data/listed");
                Assert.Equal("bin data dev etc proc sys tmp", bundle.Output.Trim().ReplaceLineEndings(" "));
                (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
            }
            finally
            {
                holder.Kill();
                await holder.WaitForExitAsync();
            }

            return;
        }

        // another container's namespace of that type
        await using var other = new OciBundle();
        if (type == "user") other.UserNamespace();
        else other.Namespace(type);
        await other.StartAsync(Waits);
        var pid = await other.PidAsync();
        if (type == "user") Own100000(bundle);
        if (type is "uts" or "user") bundle.Spec = bundle.Spec with { Hostname = null };
        bundle.Namespace(type, $"/proc/{pid}/ns/{Files[type]}");
        await bundle.StartAsync(Waits);
        Assert.Equal(await OfAsync(other, type), await OfAsync(bundle, type));
    }, type);

    [Theory]
    [InlineData("network", "/proc/self/ns/uts")]
    [InlineData("pid", "/proc/self/ns/net")]
    [InlineData("ipc", "/etc/passwd")]
    [InlineData("uts", "/nowhere")]
    [Clause("config-linux/namespaces/path-type")]
    public Task Path_of_another_type_is_an_error(string type, string path) => Suite.CheckAsync(async bundle =>
    {
        bundle.Namespace(type, path);
        await bundle.CreateFailsAsync();
    }, type);

    [Fact]
    [Clause("config-linux/namespaces/path-absolute")]
    public Task Relative_path_is_an_error() => Suite.CheckAsync(async bundle =>
    {
        // from the working directory, /, this one leads to a namespace
        bundle.Namespace("network", "proc/self/ns/net");
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config-linux/namespaces/duplicate")]
    public Task Type_that_is_listed_twice_is_an_error() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Namespaces = [.. l.Namespaces!, new() { Type = "ipc" }] });
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config-linux/id-mappings/fields", "config-linux/id-mappings/no-chown")]
    public Task Mappings_hold_and_no_owner_changes_on_disk() => Suite.CheckAsync(async bundle =>
    {
        bundle.UserNamespace();
        await File.WriteAllTextAsync(bundle.Root + "/data/file", "x");
        await bundle.StartAsync($"cat /proc/self/uid_map; stat -c %u /data/file /bin/busybox; touch /tmp/new; {Waits}");
        await DocumentTests.AppearsAsync(bundle.Root + "/tmp/new");
        Assert.Equal("0 100000 65536 65534 0", string.Join(' ', bundle.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("0 100000 100000", (await Davit.Testing.Command.RunAsync("stat", ["-c", "%u", bundle.Root + "/data/file", bundle.Root + "/bin/busybox", bundle.Root + "/tmp/new"])).Text.ReplaceLineEndings(" "));
    });

    [Fact]
    [Clause("runtime/create/properties")]
    public Task Mount_from_a_directory_that_the_mapped_root_can_not_enter_is_made() => Suite.CheckAsync(async bundle =>
    {
        bundle.UserNamespace();
        var source = Directory.CreateDirectory(bundle.Directory + "/closed/inner", UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite).FullName;
        File.SetUnixFileMode(bundle.Directory + "/closed", UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(source + "/file", "text");
        File.SetUnixFileMode(source, (UnixFileMode)0b111_101_101);
        bundle.Mount(MountTests.Bind(source, "/data", "ro"));
        Assert.Equal("text", (await bundle.RunAsync("cat /data/file")).Succeeded().Text);
    });

    [Theory]
    [InlineData("hostID")]
    [InlineData("containerID")]
    [InlineData("size")]
    [Clause("config-linux/id-mappings/fields")]
    public Task Mapping_without_one_of_its_fields_is_refused(string field) => Suite.CheckAsync(async bundle =>
    {
        bundle.UserNamespace();
        bundle.Edit = c => c["linux"]!["uidMappings"]![0]!.AsObject().Remove(field);
        await bundle.CreateFailsAsync();
    }, field);

    [Fact]
    [Clause("config-linux/namespaces/types")]
    public Task Clocks_have_their_offsets() => Suite.CheckAsync(async bundle =>
    {
        bundle.Namespace("time");
        bundle.Linux(l => l with { TimeOffsets = new Dictionary<string, TimeOffsetSpec> { ["monotonic"] = new() { Secs = 1000, Nanosecs = 5 }, ["boottime"] = new() { Secs = 900000 } } });
        var run = (await bundle.RunAsync("cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime")).Succeeded().Output.Split('\n');
        Assert.Equal("monotonic 1000 5", Words(run[0]));
        Assert.Equal("boottime 900000 0", Words(run[1]));
        Assert.True(long.Parse(run[2]) >= 900000);

        static string Words(string line) => string.Join(' ', line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
    });

    [Fact]
    [Clause("config-linux/namespaces/types")]
    public Task Host_and_domain_name_and_sysctls_are_the_containers() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Hostname = "inside", Domainname = "example.com" };
        bundle.Linux(l => l with { Sysctl = new Dictionary<string, string> { ["net.ipv4.ip_forward"] = "1", ["kernel.shmmni"] = "4000", ["fs.mqueue.msg_max"] = "11" } });
        var own = await File.ReadAllTextAsync("/proc/sys/kernel/hostname");
        Assert.Equal("inside example.com 1 4000 11", (await bundle.RunAsync("echo $(hostname) $(cat /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni /proc/sys/fs/mqueue/msg_max)")).Succeeded().Text);
        Assert.Equal(own, await File.ReadAllTextAsync("/proc/sys/kernel/hostname"));
    });

    private static string? Own(string type) => new FileInfo($"/proc/self/ns/{Files[type]}").LinkTarget;

    private static async Task<string?> OfAsync(OciBundle bundle, string type) => new FileInfo($"/proc/{await bundle.PidAsync()}/ns/{Files[type]}").LinkTarget;

    private static void Own100000(OciBundle bundle)
    {
        bundle.UserNamespace();
        bundle.Linux(l => l with { UidMappings = null, GidMappings = null });
    }
}
