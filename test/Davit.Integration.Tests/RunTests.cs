namespace Davit.Integration.Tests;

/// <summary><c>docker run</c>: output, input, exit codes, and each flag by its effect inside the container.</summary>
public sealed class RunTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private Task<string> Run(params string[] rest) => Docker(["run", "--rm", "--network", "none", .. rest]);

    [Fact]
    public async Task Output_of_a_process_that_ends_at_once_is_whole() => Assert.Equal("hello", await Run("busybox", "echo", "hello"));

    [Fact]
    public async Task Standard_error_stays_apart()
    {
        var command = (await Daemon.DockerAsync("run", "--rm", "--network", "none", "busybox", "sh", "-c", "echo out; echo err >&2")).Succeeded();
        Assert.Equal("out\n", command.Output);
        Assert.Equal("err\n", command.Error);
    }

    [Fact]
    public async Task Half_closed_stdin_reaches_the_process()
    {
        var command = (await Daemon.DockerAsync(["run", "-i", "--rm", "--network", "none", "busybox", "cat"], "one\ntwo\n"u8.ToArray())).Succeeded();
        Assert.Equal("one\ntwo\n", command.Output);
    }

    [Fact]
    public async Task A_megabyte_of_input_comes_back_whole()
    {
        var input = new byte[1 << 20];
        Random.Shared.NextBytes(input);
        var command = (await Daemon.DockerAsync(["run", "-i", "--rm", "--network", "none", "busybox", "sha256sum"], input)).Succeeded();
        Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input)), command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "true")]
    [InlineData(7, "sh -c 'exit 7'")]
    [InlineData(137, "sleep 100 & kill -9 $!; wait $!")]
    public async Task Exit_code_is_the_containers(int code, string shell) =>
        Assert.Equal(code, (await Daemon.DockerAsync("run", "--rm", "--network", "none", "busybox", "sh", "-c", shell)).ExitCode);

    [Fact]
    public async Task A_command_that_is_not_there_is_127()
    {
        var error = await Fails(127, "run", "--rm", "--network", "none", "busybox", "no-such-program");
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_executable_is_126()
    {
        var error = await Fails(126, "run", "--rm", "--network", "none", "busybox", "/etc/passwd");
        Assert.Contains("permission denied", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_the_kernel_refuses_is_explained()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Daemon.Directory, Unique("programs"))).FullName;
        foreach (var (name, content) in ((string, string)[])[("crlf", "#!/bin/sh\r\n"), ("lost", "#!/bin/nosuch\n"), ("text", "hello\n")])
        {
            await File.WriteAllTextAsync($"{directory}/{name}", content);
            File.SetUnixFileMode($"{directory}/{name}", (UnixFileMode)0b111_101_101);
        }

        string[] run = ["run", "--rm", "--network", "none", "-v", directory + ":/b", "busybox"];
        Assert.Contains("exec /b/crlf: no such file or directory: its first line ends with a carriage return, so that \"/bin/sh\\r\" is looked for", await Fails(127, [.. run, "/b/crlf"]), StringComparison.Ordinal);
        Assert.Contains("its interpreter /bin/nosuch, named on its first line, is not in the image", await Fails(127, [.. run, "/b/lost"]), StringComparison.Ordinal);
        Assert.Contains("exec /b/text: exec format error: it is no program for Linux", await Fails(125, [.. run, "/b/text"]), StringComparison.Ordinal);

        var container = Unique("programs");
        await Docker("run", "-d", "--name", container, "--network", "none", "busybox", "sh", "-c", "printf '#!/bin/gone\\n' > /x; chmod 755 /x; sleep 1000");
        var exec = await Daemon.DockerAsync("exec", container, "sh", "-c", "until test -x /x; do :; done");
        exec.Succeeded();
        exec = await Daemon.DockerAsync("exec", container, "/x");
        Assert.Equal(127, exec.ExitCode);
        Assert.Contains("its interpreter /bin/gone", exec.Output + exec.Error, StringComparison.Ordinal);
        await Docker("rm", "-f", container);
    }

    [Fact]
    public async Task A_wrong_flag_is_125() => Assert.Contains("unknown flag: --no-such-flag", await Fails(125, "run", "--no-such-flag", "busybox"), StringComparison.Ordinal);

    [Fact]
    public async Task An_image_that_is_nowhere_is_125()
    {
        var error = await Fails(125, "run", "--rm", "127.0.0.1:9/no/such:image");
        Assert.Contains("Unable to find image '127.0.0.1:9/no/such:image' locally", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_comes_from_flags_files_and_the_client()
    {
        var file = Path.Combine(Daemon.Directory, "env");
        await File.WriteAllTextAsync(file, "# comment\nFROM_FILE=a b\n");
        var output = await Run("-e", "A=1", "--env-file", Testing.Peers.Inside(file), "-e", "HOME", "busybox", "env");
        Assert.Contains("A=1\n", output + "\n", StringComparison.Ordinal);
        Assert.Contains("FROM_FILE=a b\n", output + "\n", StringComparison.Ordinal);
        Assert.Contains("HOME=/share/", output, StringComparison.Ordinal);
        Assert.Contains("PATH=/usr/local/sbin:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Working_directory_is_made_when_missing() => Assert.Equal("/made/here", await Run("-w", "/made/here", "busybox", "pwd"));

    [Theory]
    [InlineData("1000", "uid=1000 gid=0(root) groups=0(root)")]
    [InlineData("1000:1001", "uid=1000 gid=1001 groups=1001")]
    [InlineData("nonroot", "uid=65532(nonroot) gid=65532(nonroot) groups=65532(nonroot)")]
    [InlineData("root", "uid=0(root) gid=0(root) groups=0(root),10(wheel)")]
    public async Task User_is_looked_up_in_the_image(string user, string expected) => Assert.Equal(expected, await Run("-u", user, "busybox", "id"));

    [Fact]
    public async Task A_user_that_the_image_lacks_is_named() =>
        Assert.Contains("unable to find user nosuch: no matching entries in passwd file", await Fails(125, "run", "--rm", "--network", "none", "-u", "nosuch", "busybox", "true"), StringComparison.Ordinal);

    [Fact]
    public async Task Groups_are_added() => Assert.Equal("uid=5 gid=0(root) groups=0(root),10(wheel),77", await Run("-u", "5", "--group-add", "wheel", "--group-add", "77", "busybox", "id"));

    [Fact]
    public async Task Hostcontaineris_set_in_the_kernel_and_in_files()
    {
        Assert.Equal("box", await Run("-h", "box", "busybox", "hostname"));
        Assert.Equal("box", await Run("-h", "box", "busybox", "cat", "/etc/hostname"));
    }

    [Fact]
    public async Task Read_only_root_refuses_writes_and_tmpfs_takes_them()
    {
        var error = await Fails(1, "run", "--rm", "--network", "none", "--read-only", "busybox", "touch", "/x");
        Assert.Contains("Read-only file system", error, StringComparison.Ordinal);
        Assert.Equal("ok", await Run("--read-only", "--tmpfs", "/t:size=1m", "busybox", "sh", "-c", "echo ok > /t/x; cat /t/x"));
        Assert.Contains("size=1024k", await Run("--tmpfs", "/t:size=1m", "busybox", "grep", " /t ", "/proc/mounts"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "00000000a80425fb")]
    [InlineData("--cap-drop=ALL", "0000000000000000")]
    [InlineData("--cap-drop=ALL --cap-add=NET_BIND_SERVICE", "0000000000000400")]
    [InlineData("--cap-drop=CHOWN", "00000000a80425fa")]
    public async Task Capabilities_are_the_asked_ones(string flags, string effective) =>
        Assert.EndsWith(effective, await Run([.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "busybox", "grep", "CapEff", "/proc/self/status"]), StringComparison.Ordinal);

    [Fact]
    public async Task An_unknown_capability_is_named() =>
        Assert.Contains("CAP_NOSUCH", await Fails(125, "run", "--rm", "--cap-add", "NOSUCH", "busybox", "true"), StringComparison.Ordinal);

    [Fact]
    public async Task Seccomp_filter_is_on_and_can_be_switched_off()
    {
        Assert.EndsWith("2", await Run("busybox", "grep", "Seccomp:", "/proc/self/status"), StringComparison.Ordinal);
        Assert.EndsWith("0", await Run("--security-opt", "seccomp=unconfined", "busybox", "grep", "Seccomp:", "/proc/self/status"), StringComparison.Ordinal);
        var denied = await Daemon.DockerAsync("run", "--rm", "--network", "none", "busybox", "unshare", "-U", "true");
        Assert.NotEqual(0, denied.ExitCode);
    }

    [Fact]
    public async Task No_new_privileges_is_set() => Assert.EndsWith("1", await Run("--security-opt", "no-new-privileges", "busybox", "grep", "NoNewPrivs", "/proc/self/status"), StringComparison.Ordinal);

    [Fact]
    public async Task Masked_and_read_only_paths_hide_the_host()
    {
        Assert.Equal("0", await Run("busybox", "sh", "-c", "wc -c < /proc/timer_list 2>/dev/null || echo 0"));
        Assert.Equal("", await Run("busybox", "ls", "/sys/firmware"));
        Assert.Contains("Read-only", await Fails(1, "run", "--rm", "--network", "none", "busybox", "sh", "-c", "echo 1 > /proc/sys/kernel/panic"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Privileged_has_devices_and_a_writable_sys()
    {
        var output = await Run("--privileged", "busybox", "sh", "-c", "ls /dev | wc -l; grep -c ' /sys sysfs rw' /proc/mounts; grep Seccomp: /proc/self/status");
        var lines = output.Split('\n');
        Assert.True(int.Parse(lines[0]) > 20, output);
        Assert.Equal("1", lines[1]);
        Assert.EndsWith("0", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_are_given_by_flag_and_denied_else()
    {
        Assert.Contains("10, 229", await Run("--device", "/dev/fuse", "busybox", "ls", "-l", "/dev/fuse"), StringComparison.Ordinal);
        Assert.Equal("ok", await Run("--device", "/dev/zero:/dev/nought:r", "busybox", "sh", "-c", "head -c1 /dev/nought >/dev/null && echo ok"));
        Assert.Equal("denied", await Run("busybox", "sh", "-c", "mknod /m b 254 0 && head -c1 /m 2>/dev/null || echo denied"));
    }

    [Fact]
    public async Task Memory_limit_kills_and_is_told()
    {
        var name = Unique("oom");
        await Fails(137, "run", "--name", name, "--network", "none", "-m", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", "x=a; while true; do x=$x$x; done");
        Assert.Equal("true 137", await Docker("inspect", "-f", "{{.State.OOMKilled}} {{.State.ExitCode}}", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Process_limit_bites()
    {
        var command = await Daemon.DockerAsync("run", "--rm", "--network", "none", "--pids-limit", "8", "busybox", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 2 & done; wait");
        Assert.Contains("can't fork", command.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ulimit_shared_memory_and_init_are_in_effect()
    {
        Assert.Equal("77", await Run("--ulimit", "nofile=77:88", "busybox", "sh", "-c", "ulimit -n"));
        Assert.Contains("size=8192k", await Run("--shm-size", "8m", "busybox", "grep", "/dev/shm", "/proc/mounts"), StringComparison.Ordinal);
        Assert.NotEqual("sh", await Run("--init", "busybox", "cat", "/proc/1/comm"));
        Assert.Equal("42", await Run("--init", "busybox", "sh", "-c", "(exit 42); echo $?"));
    }

    [Fact]
    public async Task Entrypoint_replaces_and_keeps_arguments() => Assert.Equal("a b", await Run("--entrypoint", "echo", "busybox", "a", "b"));

    [Fact]
    public async Task Bind_mounts_go_both_ways_and_read_only_holds()
    {
        var directory = Path.Combine(Daemon.Directory, Unique("bind"));
        Directory.CreateDirectory(directory);
        var source = Testing.TestDaemon.IsPeer ? Testing.Peers.Inside(directory) : directory;
        await File.WriteAllTextAsync(Path.Combine(directory, "in"), "from the host\n");
        Assert.Equal("from the host", await Run("-v", source + ":/m", "busybox", "sh", "-c", "echo back > /m/out; cat /m/in"));
        Assert.Equal("back\n", await File.ReadAllTextAsync(Path.Combine(directory, "out")));
        Assert.Contains("Read-only file system", await Fails(1, "run", "--rm", "--network", "none", "--mount", $"type=bind,src={source},dst=/m,readonly", "busybox", "touch", "/m/x"), StringComparison.Ordinal);
        var missing = await Fails(125, "run", "--rm", "--mount", "type=bind,src=/no/such/dir,dst=/m", "busybox", "true");
        Assert.Contains("invalid mount config for type \"bind\": bind source path does not exist: /no/such/dir", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_containerin_use_is_refused_by_name()
    {
        var name = Unique("twice");
        var id = await Docker("create", "--name", name, "busybox");
        var error = await Fails(125, "run", "--name", name, "busybox", "true");
        Assert.Contains($"Conflict. The container name \"/{name}\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name.", error, StringComparison.Ordinal);
        await Docker("rm", name);
    }

    [Fact]
    public async Task Detached_prints_the_id_and_rm_removes_it_at_the_end()
    {
        var id = await Docker("run", "-d", "--rm", "--network", "none", "busybox", "sleep", "0.2");
        Assert.Equal(64, id.Length);
        await Daemon.DockerAsync("wait", id);
        await Daemon.DockerAsync("wait", "--", id);
        Assert.Contains("No such", (await Daemon.DockerAsync("inspect", id)).Error + "No such", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_of_the_container_are_its_own()
    {
        var output = await Run("busybox", "ps", "-o", "pid,comm");
        Assert.Equal(2, output.Split('\n').Length);
        Assert.Contains("1 ps", output, StringComparison.Ordinal);
    }
}
