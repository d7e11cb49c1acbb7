using System.Buffers.Binary;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Attacks;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>What goes wrong most is told by name, with what to do; programs that can't be executed have ProgramTests.</summary>
public sealed class ErrorTests
{
    private const int MachineAt = 18, Arm64 = 183;

    [Fact]
    public async Task Program_for_another_machine_is_named_with_both()
    {
        await using var bundle = new OciBundle();
        var program = await File.ReadAllBytesAsync("/bin/busybox", TestContext.Current.CancellationToken);
        BinaryPrimitives.WriteUInt16LittleEndian(program.AsSpan(MachineAt), Arm64);
        await FailsAsync(bundle, program, "exec /x: exec format error: it is built for arm64, and this machine is amd64: use an image for this platform");
    }

    [Theory]
    [InlineData("/lib64/ld-linux-x86-64.so.2", "it is built for glibc")]
    [InlineData("/lib/ld-musl-x86_64.so.1", "it is built for musl")]
    public async Task Missing_loader_is_named_with_its_library(string loader, string why)
    {
        await using var bundle = new OciBundle();

        // a program of two headers: its loader, and one segment
        var program = new byte[64 + (2 * 56) + loader.Length + 1];
        ElfProgram.Of([0xc3], [], [])[..120].CopyTo(program, 0);
        program.AsSpan(64, 56).CopyTo(program.AsSpan(120));
        (program[56], program[64]) = (2, 3);
        BinaryPrimitives.WriteInt64LittleEndian(program.AsSpan(64 + 8), 176);
        BinaryPrimitives.WriteInt64LittleEndian(program.AsSpan(64 + 32), loader.Length + 1);
        System.Text.Encoding.ASCII.GetBytes(loader).CopyTo(program, 176);
        await FailsAsync(bundle, program, $"exec /x: no such file or directory: its loader {loader} is not in the image", why);
    }

    [Fact]
    public async Task Missing_source_of_a_mount_is_named()
    {
        await using var bundle = new OciBundle();
        bundle.Mount(new() { Destination = "/data", Type = "bind", Source = "/nosuch/source", Options = ["rbind"] });
        var run = await bundle.RunAsync("true");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error mounting \"/nosuch/source\" to rootfs at \"/data\": open /nosuch/source: no such file or directory", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_below_what_is_in_use_is_refused_with_file_and_value()
    {
        await using var bundle = new OciBundle();
        Assert.SkipWhen(File.Exists("/sys/fs/cgroup/cgroup.controllers"), "version 2 takes it, and kills what is too much");
        await bundle.StartAsync("while :; do sleep 1; done");
        var update = await bundle.OciAsync("update", "--memory", "4k", bundle.Id);
        Assert.Equal(1, update.ExitCode);
        Assert.Contains("failed to write \"4096\" to \"/sys/fs/cgroup/memory/" + bundle.Id + "/memory.limit_in_bytes\": device or resource busy", update.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_action_of_a_filter_is_named()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Seccomp = new() { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new() { Names = ["getpid"], Action = "SCMP_ACT_FLY" }] } });
        Assert.Contains("SCMP_ACT_FLY", (await bundle.RunAsync("true")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_system_call_of_a_filter_is_named_to_who_debugs()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Seccomp = new() { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new() { Names = ["getpid", "fly_away"], Action = "SCMP_ACT_ALLOW" }] } });
        bundle.Process(p => p with { Args = ["/bin/true"] });
        await bundle.WriteSpecAsync();
        (await bundle.RawAsync(["--debug", "run", "-b", bundle.Directory, bundle.Id])).Succeeded();
        Assert.Contains("seccomp: rules for system calls that this machine does not have are left out: fly_away\"", await File.ReadAllTextAsync(bundle.Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_capability_is_named_and_the_container_goes_without()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Capabilities = p.Capabilities! with { Bounding = ["CAP_KILL", "CAP_FLY"] } });
        var run = (await bundle.RunAsync("echo ran")).Succeeded();
        Assert.Equal("ran", run.Text);
        Assert.Contains("CAP_FLY", await File.ReadAllTextAsync(bundle.Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Option_of_a_file_system_is_refused_for_a_bind_mount()
    {
        await using var bundle = new OciBundle();
        bundle.Mount(new() { Destination = "/data", Type = "bind", Source = "/tmp", Options = ["rbind", "size=5"] });
        var run = await bundle.RunAsync("true");
        Assert.Equal("mount /data: bind mounts cannot have any filesystem-specific options applied: size=5\nhint: leave them out: they were for the file system when it was mounted first\n", run.Error);
    }

    [Fact]
    public async Task Name_for_a_user_is_refused_because_the_runtime_takes_numbers()
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        var exec = await bundle.OciAsync("exec", "-u", "nobody", bundle.Id, "true");
        Assert.Equal((255, "exec failed: parsing nobody as int: invalid syntax\nhint: exec takes numbers for users and groups\n"), (exec.ExitCode, exec.Error));
    }

    [Fact]
    public async Task Hard_limit_above_the_own_one_names_the_right_that_is_missing()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Args = ["/bin/true"], Rlimits = [new() { Type = "RLIMIT_NOFILE", Hard = 900, Soft = 900 }] });
        await bundle.OciAsync("list");

        // without CAP_SYS_RESOURCE, as root is on small virtual machines, and with a lower limit
        var run = await Davit.Testing.Command.RunAsync("setpriv", ["--bounding-set", "-sys_resource", "sh", "-c", $"ulimit -n 800; exec {OciBundle.Runtime} --root {bundle.Directory}/state run -b {bundle.Directory} {bundle.Id}"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("RLIMIT_NOFILE: hard limit 900 is above this process's own, 800, and raising it needs CAP_SYS_RESOURCE", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nosuch", 127, "exec: \"/nosuch\": stat /nosuch: no such file or directory")]
    [InlineData("nosuch", 127, "exec: \"nosuch\": executable file not found in $PATH")]
    [InlineData("/etc", 126, "exec: \"/etc\": is a directory: permission denied")]
    public async Task Exec_gives_the_exit_codes_that_everybody_expects(string program, int code, string message)
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        var exec = await bundle.OciAsync("exec", bundle.Id, program);
        Assert.Equal((code, $"exec failed: unable to start container process: {message}\n"), (exec.ExitCode, exec.Error));
    }

    private static async Task FailsAsync(OciBundle bundle, byte[] program, params string[] messages)
    {
        ElfProgram.Write(bundle.Root + "/x", program);
        bundle.Process(p => p with { Args = ["/x"] });
        var run = await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id);
        Assert.Equal(1, run.ExitCode);
        Assert.All(messages, message => Assert.Contains(message, run.Error, StringComparison.Ordinal));
    }
}
