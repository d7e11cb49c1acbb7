using Davit.Monitor.Protocol;
using Davit.Monitor.Runner;
using Davit.Monitor.Supervision;
using Davit.Primitives;

namespace Davit.Monitor.Tests.Protocol;

public sealed class RecordTests
{
    [Fact]
    public void Exit_record_comes_back_whole()
    {
        var exit = new ContainerExit { ExitCode = 137, Signal = 9, OomKilled = true, FinishedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Error = "a\nb = c" };
        Assert.Equal(exit with { Error = "a b = c" }, ExitRecord.Parse(ExitRecord.Write(exit)));
    }

    [Fact]
    public void Torn_exit_record_is_none()
    {
        var text = ExitRecord.Write(new ContainerExit { ExitCode = 3 });
        for (int length = 0; length < text.Length; length++)
        {
            Assert.Null(ExitRecord.Parse(text[..length]));
        }
    }

    [Theory]
    [InlineData("davit-exit 0\nexit=1\nend\n")]
    [InlineData("davit-exit 2\nexit=1\nend\n")]
    [InlineData("other\nexit=1\nend\n")]
    public void Exit_record_of_an_unknown_version_is_none(string text) => Assert.Null(ExitRecord.Parse(text));

    [Fact]
    public void Missing_exit_record_is_none() => Assert.Null(ExitRecord.TryRead("/nonexistent/exit"));

    [Fact]
    public void Launch_block_comes_back_with_the_plan_on_its_own_page()
    {
        var block = new LaunchBlock
        {
            Id = "id", RunDirectory = "/run/x", ExitFile = "/var/x", SyncExit = true, LogDirectory = "/log", LogSegmentSize = 5, LogSegments = 6, Terminal = true,
            OpenStdin = true, StdinOnce = true, OwnPids = true, NamesNamespace = "/ns", NamesFiles = ["a", "b"], Upstreams = ["1.1.1.1"], Attachments = [7, 1],
        };
        var bytes = block.Write([9, 8, 7]);

        var read = LaunchBlock.Read(bytes, out int plan);

        Assert.Equal(0, plan % 4096);
        Assert.Equal([9, 8, 7], bytes[plan..]);
        Assert.Equivalent(block, read, strict: true);
    }

    [Fact]
    public void Broken_launch_block_is_refused()
    {
        var bytes = new LaunchBlock { Id = "id", RunDirectory = "/run/x", ExitFile = "/var/x" }.Write([]);
        for (int i = 0; i < 200; i++)
        {
            var broken = bytes.ToArray();
            broken[i] ^= 0x80;
            try
            {
                LaunchBlock.Read(broken, out _);
            }
            catch (DavitException e)
            {
                Assert.Contains("launch block", e.Message);
            }
        }

        Assert.Throws<DavitException>(() => LaunchBlock.Read(bytes.AsSpan(0, 16), out _));
    }

    [Fact]
    public void Failure_keeps_kind_message_and_hint()
    {
        var read = FailureText.Read(FailureText.Write(new DavitException(ErrorKind.Conflict, "no", "try")));
        Assert.Equal((ErrorKind.Conflict, "no", "try"), (read.Kind, read.Message, read.Hint));
    }

    [Fact]
    public void Versions_of_this_build_and_the_one_before_are_accepted()
    {
        Assert.True(MessageHead.Accepts(MessageHead.CurrentVersion));
        Assert.True(MessageHead.Accepts(MessageHead.OldestVersion));
        Assert.InRange(MessageHead.CurrentVersion - MessageHead.OldestVersion, 0, 1);
        Assert.False(MessageHead.Accepts(MessageHead.CurrentVersion + 1));
        Assert.False(MessageHead.Accepts(MessageHead.OldestVersion - 1));
    }
}
