using System.Globalization;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary><c>docker build</c> with the classic protocol.</summary>
public sealed class BuildTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private string Context(string dockerfile, params (string Name, string Content)[] files)
    {
        var directory = Path.Combine(Daemon.Directory, Unique("context"));
        Directory.CreateDirectory(directory);
        File.WriteAllText(directory + "/Dockerfile", dockerfile);
        foreach (var (name, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(directory, name))!);
            File.WriteAllText(Path.Combine(directory, name), content);
        }

        return directory;
    }

    private Task<Command> Build(string context, params string[] flags) => Daemon.DockerAsync(["build", .. flags, Peers.Inside(context)]);

    [Fact]
    public async Task Every_instruction_has_its_effect()
    {
        var tag = Unique("all");
        var context = Context("""
            ARG BASE=busybox
            FROM $BASE
            ARG WHO=world
            ENV GREETING="hello $WHO" OTHER=x
            LABEL a=b c="d e"
            WORKDIR /srv/sub
            COPY --chown=5:6 --chmod=640 file one*.txt ./
            ADD archive.tar /unpacked/
            RUN echo "$GREETING" > made && mkdir -p /data
            RUN ["sh", "-c", "echo exec >> made"]
            RUN <<EOF
            echo heredoc >> made
            EOF
            COPY <<text /inline
            inline $WHO
            text
            VOLUME /data
            EXPOSE 80 53/udp
            STOPSIGNAL SIGUSR1
            HEALTHCHECK --interval=5s CMD true
            SHELL ["/bin/sh", "-ec"]
            USER nonroot
            ENTRYPOINT ["cat"]
            CMD ["made"]
            """, ("file", "content\n"), ("one1.txt", "1"), ("one2.txt", "2"));
        await File.WriteAllBytesAsync(context + "/archive.tar", ImageTests.Tar(("in/archive", "unpacked")));
        var build = (await Build(context, "-t", tag, "-t", tag + ":second", "--build-arg", "WHO=there", "--label", "l=m")).Succeeded();
        Assert.Contains("Successfully tagged " + tag + ":latest", build.Output, StringComparison.Ordinal);
        Assert.Equal("hello there\nexec\nheredoc", await Docker("run", "--rm", "--network", "none", tag));
        Assert.Equal("640 5 6\nunpacked\ninline there", await Docker("run", "--rm", "--network", "none", "-u", "0", "--entrypoint", "sh", tag + ":second", "-c", "stat -c '%a %u %g' file; cat /unpacked/in/archive; echo; cat /inline; ls one1.txt one2.txt >/dev/null"));
        Assert.Equal("b d e m nonroot /srv/sub SIGUSR1 map[53/udp:{} 80/tcp:{}]", await Docker("inspect", "-f", "{{.Config.Labels.a}} {{.Config.Labels.c}} {{.Config.Labels.l}} {{.Config.User}} {{.Config.WorkingDir}} {{.Config.StopSignal}} {{.Config.ExposedPorts}}", tag));
        await Docker("rmi", tag, tag + ":second");
    }

    [Fact]
    public async Task Touched_files_hit_and_a_changed_byte_or_mode_misses()
    {
        var tag = Unique("cache");
        var context = Context("FROM busybox\nCOPY file /file\nRUN head -c 16 /dev/urandom | sha256sum > /random\n", ("file", "a"));
        async Task<string> Random()
        {
            (await Build(context, "-q", "-t", tag)).Succeeded();
            return await Docker("run", "--rm", "--network", "none", tag, "cat", "/random");
        }

        var first = await Random();
        File.SetLastWriteTimeUtc(context + "/file", new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(first, await Random());
        await File.WriteAllTextAsync(context + "/file", "b");
        var changed = await Random();
        Assert.NotEqual(first, changed);
        File.SetUnixFileMode(context + "/file", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.NotEqual(changed, await Random());
        await File.WriteAllTextAsync(context + "/file", "a");
        File.SetUnixFileMode(context + "/file", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Equal(first, await Random());
        await Docker("rmi", "-f", tag);
    }

    [Fact]
    public async Task Stages_run_side_by_side_and_needless_ones_not_at_all()
    {
        var tag = Unique("stages");
        static string Sleep(string name) => $"RUN cut -d' ' -f1 /proc/uptime > /{name}; sleep 2; cut -d' ' -f1 /proc/uptime >> /{name}";
        var context = Context($"""
            FROM busybox AS one
            {Sleep("one")}
            FROM busybox AS two
            {Sleep("two")}
            FROM busybox AS broken
            RUN false
            FROM busybox
            COPY --from=one /one /
            COPY --from=two /two /
            """);
        if (TestDaemon.IsPeer) return;
        (await Build(context, "-q", "--no-cache", "-t", tag)).Succeeded();

        // the steps' own clocks: neither the client nor the machine's load is in them
        var times = (await Docker("run", "--rm", "--network", "none", tag, "cat", "/one", "/two")).Split('\n').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(times[0] < times[3] && times[2] < times[1], $"the stages did not overlap: {string.Join(' ', times)}");
        Assert.InRange(Math.Max(times[1], times[3]) - Math.Min(times[0], times[2]), 2, 3);
        await Docker("rmi", tag);
    }

    [Fact]
    public async Task A_syntax_error_shows_the_line_with_a_caret()
    {
        var build = await Build(Context("FROM busybox\nCOPPY a b\n"));
        Assert.Equal(1, build.ExitCode);
        Assert.Contains("unknown instruction: COPPY", build.Error, StringComparison.Ordinal);
        if (!TestDaemon.IsPeer)
        {
            Assert.Contains("COPPY a b", build.Error, StringComparison.Ordinal);
            Assert.Contains("^", build.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_failing_command_is_told_with_its_code()
    {
        var build = await Build(Context("FROM busybox\nRUN echo before; exit 9\n"));
        Assert.Equal(9, build.ExitCode);
        Assert.Contains("before", build.Output, StringComparison.Ordinal);
        Assert.Contains("The command '/bin/sh -c echo before; exit 9' returned a non-zero code: 9", build.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM busybox\nCOPY nosuch /\n", "nosuch")]
    [InlineData("FROM busybox\nCOPY ../outside /\n", "outside")]
    [InlineData("FROM busybox\nCOPY --from=nostage /a /\n", "nostage")]
    [InlineData("", "Dockerfile")]
    public async Task What_is_missing_is_named(string dockerfile, string named)
    {
        var build = await Build(Context(dockerfile));
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains(named, build.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Target_dockerignore_and_other_file_names()
    {
        var tag = Unique("target");
        var context = Context("FROM busybox AS wanted\nCOPY . /all\nFROM busybox\nRUN false\n", ("keep", "k"), ("drop.log", "d"), ("sub/drop.log", "d"), (".dockerignore", "**/*.log\n!sub/drop.log\n"));
        File.Move(context + "/Dockerfile", context + "/Other");
        (await Build(context, "-q", "-t", tag, "--target", "wanted", "-f", Peers.Inside(context) + "/Other")).Succeeded();
        Assert.Equal("/all/.dockerignore\n/all/Other\n/all/keep\n/all/sub/drop.log", string.Join('\n', (await Docker("run", "--rm", "--network", "none", tag, "find", "/all", "-type", "f")).Split('\n').Order(StringComparer.Ordinal)));
        await Docker("rmi", tag);
    }

    [Fact]
    public async Task Dockerfile_and_tar_come_on_stdin()
    {
        var tag = Unique("stdin");
        (await Daemon.DockerAsync(["build", "-q", "-t", tag, "-"], "FROM busybox\nCMD [\"echo\",\"stdin\"]\n"u8.ToArray())).Succeeded();
        Assert.Equal("stdin", await Docker("run", "--rm", "--network", "none", tag));
        (await Daemon.DockerAsync(["build", "-q", "-t", tag, "-"], ImageTests.Tar(("Dockerfile", "FROM busybox\nCOPY f /f\nCMD [\"cat\",\"/f\"]\n"), ("f", "tar")))).Succeeded();
        Assert.Equal("tar", await Docker("run", "--rm", "--network", "none", tag));
        await Docker("rmi", "-f", tag);
    }

    [Fact]
    public async Task Onbuild_runs_in_the_child()
    {
        var tag = Unique("onbuild");
        (await Build(Context("FROM busybox\nONBUILD RUN echo triggered > /t\n"), "-q", "-t", tag + ":parent")).Succeeded();
        (await Build(Context($"FROM {tag}:parent\nCMD [\"cat\",\"/t\"]\n"), "-q", "-t", tag + ":child")).Succeeded();
        Assert.Equal("triggered", await Docker("run", "--rm", "--network", "none", tag + ":child"));
        await Docker("rmi", "-f", tag + ":child", tag + ":parent");
    }

    [Fact]
    public async Task Limits_are_in_effect()
    {
        var tag = Unique("limits");
        var context = Context("FROM busybox\nRUN ulimit -n; ulimit -Hn; df -k /dev/shm | tail -1 | awk '{print $2}'; grep -c 'my.host' /etc/hosts; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; true\n");
        string[] flags = ["--no-cache", "--ulimit", "nofile=100:200", "--shm-size", "8m", "--add-host", "my.host:10.1.2.3", "-m", "64m", "--network", "none", "-t", tag];
        Assert.Contains("100\n200\n8192\n1\n67108864\n", (await Build(context, flags)).Succeeded().Output, StringComparison.Ordinal);
        if (!TestDaemon.IsPeer) Assert.Contains("100\n200\n8192\n1\n67108864\n", (await Daemon.DavitAsync(["build", .. flags, context])).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("invalid ulimit type: bogus", (await Daemon.CurlAsync("/build?ulimits=" + Uri.EscapeDataString("[{\"Name\":\"bogus\",\"Soft\":1,\"Hard\":1}]"), "-X", "POST", "-H", "Content-Type: application/x-tar")).Output, StringComparison.Ordinal);
        await Docker("rmi", tag);
    }

    [Fact]
    public async Task Network_of_run_is_the_asked_one()
    {
        var none = await Build(Context("FROM busybox\nRUN ls /sys/class/net | tr '\\n' ' ' | grep -qx 'lo '\n"), "-q", "--network", "none", "--no-cache");
        Assert.Equal(0, none.ExitCode);
        var bridge = await Build(Context("FROM busybox\nRUN ip route | grep -q default\n"), "-q", "--no-cache");
        Assert.Equal(0, bridge.ExitCode);
    }
}
