using Davit.Testing;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>Programs that can't be executed, in bundles.</summary>
public sealed class ProgramTests
{
    [Theory]
    [InlineData("/nosuch", null, "exec: \"/nosuch\": stat /nosuch: no such file or directory")]
    [InlineData("nosuch", null, "exec: \"nosuch\": executable file not found in $PATH")]
    [InlineData("/etc", null, "exec: \"/etc\": is a directory: permission denied")]
    [InlineData("/x", "-#!/bin/sh\n", "exec: \"/x\": permission denied")]
    [InlineData("/x", "#!/bin/nosuch\n", "exec /x: no such file or directory: its interpreter /bin/nosuch, named on its first line, is not in the image")]
    [InlineData("/x", "#!/bin/sh\r\n", "exec /x: no such file or directory: its first line ends with a carriage return")]
    [InlineData("/x", "echo hello\n", "exec /x: exec format error: it is no program for Linux, and no script")]
    [InlineData("x", "", "exec x: exec format error: the file is empty")]
    public async Task Program_that_cannot_run_is_explained(string program, string? content, string message)
    {
        await using var bundle = new OciBundle();
        if (content is not null) Write(bundle, content.TrimStart('-'), executable: !content.StartsWith('-'));
        bundle.Process(p => p with { Args = [program], Env = ["PATH=/bin:/"] });

        var run = await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id);

        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode); // as runc has it; engines go by the words
        Assert.NotEqual(0, (await bundle.OciAsync("state", bundle.Id)).ExitCode);
    }

    [Fact]
    public async Task What_broke_between_create_and_start_is_told_on_standard_error()
    {
        await using var bundle = new OciBundle();
        File.CreateSymbolicLink(bundle.Root + "/bin/other", "busybox");
        Write(bundle, "#!/bin/other\n", executable: true);
        bundle.Process(p => p with { Args = ["/x"] });
        Assert.True((await bundle.OciAsync("create", "-b", bundle.Directory, bundle.Id)).ExitCode == 0, bundle.Errors);
        File.Delete(bundle.Root + "/bin/other");

        (await bundle.OciAsync("start", bundle.Id)).Succeeded();

        (await Command.RunAsync("/bin/sh", ["-c", $"until {OciBundle.Runtime} --root {bundle.Directory}/state state {bundle.Id} | grep -q stopped; do :; done"])).Succeeded();
        Assert.Equal("exec /x: no such file or directory\n", bundle.Errors);
    }

    private static void Write(OciBundle bundle, string content, bool executable)
    {
        File.WriteAllText(bundle.Root + "/x", content);
        if (executable) File.SetUnixFileMode(bundle.Root + "/x", (UnixFileMode)0b111_101_101);
    }
}
