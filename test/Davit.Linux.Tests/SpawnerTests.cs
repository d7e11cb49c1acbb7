using Davit.Linux.Processes;
using Davit.Primitives;

namespace Davit.Linux.Tests;

public sealed class SpawnerTests
{
    [Fact]
    public async Task Program_reads_its_input_and_tells_its_end()
    {
        var (code, output, error) = await Spawner.RunAsync(new() { Program = "sh", Arguments = ["-c", "cat; echo bad >&2; exit 7"] }, "hello", TestContext.Current.CancellationToken);
        Assert.Equal((7, "hello", "bad\n"), (code, output, error));
    }

    [Fact]
    public async Task Directory_and_environment_are_what_was_asked_for()
    {
        var request = new ProgramRequest { Program = "/bin/sh", Arguments = ["-c", "pwd; echo $A"], WorkingDirectory = "/usr", Environment = new Dictionary<string, string> { ["A"] = "b" } };
        Assert.Equal("/usr\nb\n", (await Spawner.RunAsync(request, null, TestContext.Current.CancellationToken)).Output);
    }

    [Fact]
    public async Task Killed_program_ends_with_128_and_the_signal()
    {
        await using var program = Spawner.Start(new() { Program = "sleep", Arguments = ["100"] });
        program.Signal(9);
        Assert.Equal(137, await program.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task No_descriptor_of_ours_is_inherited()
    {
        using var file = File.OpenRead("/etc/passwd");
        var (_, output, _) = await Spawner.RunAsync(new() { Program = "sh", Arguments = ["-c", "ls -l /proc/self/fd"] }, null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("/etc/passwd", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_program_is_named() =>
        Assert.Equal("exec: \"no-such-program\": executable file not found in $PATH", Assert.Throws<DavitException>(() => Spawner.Start(new() { Program = "no-such-program" })).Message);
}
