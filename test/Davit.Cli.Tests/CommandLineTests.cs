using Davit.Cli.Options;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Cli.Tree;
using Davit.Primitives;

namespace Davit.Cli.Tests;

/// <summary>The grammar of flags, and the values that flags take.</summary>
public sealed class CommandLineTests
{
    private static Arguments Parse(string command, params string[] words) => CommandLine.Parse(CommandTree.Root.Child(command)!, "davit " + command, words);

    [Fact]
    public void Letters_join_and_values_may_follow_at_once()
    {
        var run = Parse("run", "-it", "-p80:80", "-p", "81:81", "-e=A=1", "--env=B=2", "--env", "C", "--rm=false", "busybox", "ls", "-l", "--rm");
        Assert.True(run.Is("interactive"));
        Assert.True(run.Is("tty"));
        Assert.False(run.Is("rm"));
        Assert.Equal(["80:80", "81:81"], run.List("publish"));
        Assert.Equal(["A=1", "B=2", "C"], run.List("env"));
        Assert.Equal(["busybox", "ls", "-l", "--rm"], run.Words);
    }

    [Fact]
    public void Flags_may_stand_between_arguments_where_the_command_allows_it()
    {
        var remove = Parse("rm", "a", "-f", "b", "--", "-c");
        Assert.True(remove.Is("force"));
        Assert.Equal(["a", "b", "-c"], remove.Words);
    }

    [Theory]
    [InlineData("run", "--nosuch", "unknown flag: --nosuch")]
    [InlineData("run", "-Z", "unknown shorthand flag: 'Z' in -Z")]
    [InlineData("run", "--name", "flag needs an argument: --name")]
    [InlineData("rm", "-f=perhaps", "invalid argument \"perhaps\" for \"-f, --force\" flag: strconv.ParseBool: parsing \"perhaps\": invalid syntax")]
    [InlineData("rename", "one", "'davit rename' requires 2 arguments")]
    public void Wrong_calls_are_told_in_dockers_words(string command, string word, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Parse(command, word)).Message);

    [Fact]
    public void The_nearest_flag_is_suggested() => Assert.Equal("--publish", Assert.Throws<UsageException>(() => Parse("run", "--publsh", "80", "x")).Suggestion);

    [Theory]
    [InlineData("pss", "ps")]
    [InlineData("imagess", "images")]
    [InlineData("zzzzzz", null)]
    public void The_nearest_command_is_suggested(string typed, string? meant) => Assert.Equal(meant, Suggestions.Nearest(typed, CommandTree.Root.Children.Where(c => !c.Hidden).Select(c => c.Name)));

    [Theory]
    [InlineData("80", "80/tcp", "", "")]
    [InlineData("8080:80", "80/tcp", "", "8080")]
    [InlineData("127.0.0.1:8080:80/udp", "80/udp", "127.0.0.1", "8080")]
    [InlineData("[::1]:8080:80", "80/tcp", "::1", "8080")]
    [InlineData("127.0.0.1::80", "80/tcp", "127.0.0.1", "")]
    public void Ports_are_read(string text, string container, string address, string host)
    {
        var (bindings, exposed) = PortFlags.Parse([text], []);
        var binding = Assert.Single(bindings[container]!);
        Assert.Equal((address, host), (binding.HostIp, binding.HostPort));
        Assert.Equal([container], exposed);
    }

    [Fact]
    public void Ranges_of_ports_go_side_by_side()
    {
        var (bindings, _) = PortFlags.Parse(["9000-9002:80-82"], ["90-91/udp"]);
        Assert.Equal(["9000", "9001", "9002"], new[] { "80/tcp", "81/tcp", "82/tcp" }.Select(p => bindings[p]![0].HostPort));
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("80/x")]
    [InlineData("70000")]
    [InlineData("1-3:1-5")]
    [InlineData("300.0.0.1:80:80")]
    public void Wrong_ports_are_refused_by_value(string text) => Assert.Contains(text, Assert.Throws<DavitException>(() => PortFlags.Parse([text], [])).Hint, StringComparison.Ordinal);

    [Fact]
    public void Mounts_are_read_field_by_field()
    {
        var mount = MountFlags.Parse("type=bind,src=/a,dst=/b,readonly,bind-propagation=rshared");
        Assert.Equal(("bind", "/a", "/b", true, "rshared"), (mount.Type, mount.Source, mount.Target, mount.ReadOnly, mount.BindOptions!.Propagation));
        Assert.Contains("target is required", Assert.Throws<DavitException>(() => MountFlags.Parse("type=bind,src=/a")).Message, StringComparison.Ordinal);
        Assert.Contains("unknown option 'colour'", Assert.Throws<DavitException>(() => MountFlags.Parse("dst=/b,colour=red")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("64m", 67108864)]
    [InlineData("1g", 1073741824)]
    [InlineData("1.5k", 1536)]
    [InlineData("100", 100)]
    [InlineData("2GiB", 2147483648)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(bytes, Human.Bytes(text));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1234, "1.23kB")]
    [InlineData(4430000, "4.43MB")]
    [InlineData(123456789, "123MB")]
    public void Sizes_are_written(double bytes, string text) => Assert.Equal(text, Human.Size(bytes));

    [Theory]
    [InlineData(0.2, "Less than a second")]
    [InlineData(59, "59 seconds")]
    [InlineData(61, "About a minute")]
    [InlineData(7200, "2 hours")]
    [InlineData(3 * 86400, "3 days")]
    public void Durations_are_written(double seconds, string text) => Assert.Equal(text, Human.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("1m30s", 90_000_000_000)]
    [InlineData("500ms", 500_000_000)]
    public void Durations_are_read(string text, long nanoseconds) => Assert.Equal(nanoseconds, Human.Nanoseconds(text));

    [Fact]
    public void Every_command_has_help_and_no_flag_twice()
    {
        static void Check(CommandNode node)
        {
            Assert.NotEmpty(node.Summary);
            Assert.Equal(node.Flags.Count, node.Flags.Select(f => f.Name).Distinct().Count());
            Assert.Equal(node.Flags.Count(f => f.Short is not null), node.Flags.Where(f => f.Short is not null).Select(f => f.Short).Distinct().Count());
            foreach (var child in node.Children) Check(child);
        }

        Check(CommandTree.Root);
    }

    [Theory]
    [InlineData("--pids-limit", "x", "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("--blkio-weight", "99999999", "strconv.ParseUint: parsing \"99999999\": value out of range")]
    [InlineData("--health-interval", "x", "time: invalid duration \"x\"")]
    [InlineData("--memory", "x", "invalid size: 'x'")]
    [InlineData("--cpus", "x", "failed to parse x as a rational number")]
    [InlineData("--ulimit", "nofile=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1")]
    [InlineData("--mount", "type=bind,src=/a", "target is required")]
    [InlineData("--network", "name=,alias=x", "network name/id is not specified")]
    [InlineData("--env", "=x", "invalid environment variable: =x")]
    [InlineData("--device-read-bps", "/x:1", "bad format for device path: /x:1")]
    public void Values_are_checked_while_they_are_read(string flag, string value, string problem)
    {
        var error = Assert.Throws<UsageException>(() => Parse("run", flag, value, "busybox"));
        Assert.EndsWith("flag: " + problem, error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 125), (error.Word, error.ExitCode));
    }

    [Fact]
    public void Help_breaks_lines_where_dockers_does()
    {
        var output = new StringWriter();
        Davit.Cli.Help.HelpWriter.Write(output, CommandTree.Root.Child("cp")!, "davit cp");
        Assert.Contains("""
              -q, --quiet         Suppress progress output during copy. Progress
                                  output is automatically suppressed if no terminal
                                  is attached
            """, output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("busybox", null)]
    [InlineData("localhost:5000/a/b:tag", null)]
    [InlineData("UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase")]
    [InlineData("a:b c", "invalid reference format")]
    [InlineData("a@sha256:12", "invalid reference format")]
    public void Names_of_images_are_checked(string name, string? problem) => Assert.Equal(problem, Record.Exception(() => Davit.Cli.Commands.Image.ImageNames.Check(name))?.Message);
}
