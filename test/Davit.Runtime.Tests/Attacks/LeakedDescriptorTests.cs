using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>The class of CVE-2024-21626: a descriptor of the host leads out of the container. Descriptor 9 is the host's root, as an engine that forgot it would pass on.</summary>
public sealed class LeakedDescriptorTests
{
    private const int Most = 24;

    [Theory]
    [InlineData("run")]
    [InlineData("exec")]
    public async Task No_descriptor_leads_to_a_working_directory_outside(string way)
    {
        await using var bundle = new OciBundle();
        if (way == "exec") await bundle.StartAsync("while :; do sleep 1; done");
        for (var i = 3; i < Most; i++)
        {
            Relink(bundle.Root + "/cwd", $"/proc/self/fd/{i}");
            foreach (var cwd in (string[])["/cwd", $"/proc/self/fd/{i}", $"/proc/self/fd/{i}/../.."])
            {
                bundle.Process(p => p with { Cwd = cwd, Args = ["/bin/sh", "-c", "ls -d ../../../../etc/passwd etc/passwd"] });
                var run = await LeakingAsync(bundle, way == "run" ? ["run", "-b", bundle.Directory, bundle.Id] : ["exec", "--cwd", cwd, bundle.Id, "/bin/sh", "-c", "ls -d ../../../../etc/passwd etc/passwd"]);
                Assert.DoesNotContain("passwd\n", run.Output, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("run")]
    [InlineData("exec")]
    public async Task No_program_or_interpreter_is_found_through_a_descriptor(string way)
    {
        await using var bundle = new OciBundle();
        ElfProgram.Write(bundle.Directory + "/busybox", await File.ReadAllBytesAsync(bundle.Root + "/bin/busybox", TestContext.Current.CancellationToken));
        ElfProgram.Write(bundle.Root + "/script", System.Text.Encoding.ASCII.GetBytes($"#!/proc/self/fd/9{bundle.Directory}/busybox echo\n"));
        File.CreateSymbolicLink(bundle.Root + "/linked", $"/proc/self/fd/9{bundle.Directory}/busybox");
        if (way == "exec") await bundle.StartAsync("while :; do sleep 1; done");
        foreach (var program in (string[])[$"/proc/self/fd/9{bundle.Directory}/busybox", "/linked", "/script"])
        {
            bundle.Process(p => p with { Args = [program, "echo", "escaped"] });
            var run = await LeakingAsync(bundle, way == "run" ? ["run", "-b", bundle.Directory, bundle.Id] : ["exec", bundle.Id, program, "echo", "escaped"]);
            Assert.NotEqual(0, run.ExitCode);
            Assert.DoesNotContain("escaped", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Process_has_its_streams_alone_and_what_was_preserved()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", "for f in /proc/self/fd/*; do echo ${f##*/}; done"] });
        string[] run = ["run", "-b", bundle.Directory, bundle.Id];

        // 3 is the shell's own listing
        Assert.Equal("0\n1\n2\n3\n", (await LeakingAsync(bundle, run)).Succeeded().Output);
        Assert.Equal("0\n1\n2\n3\n4\n5\n", (await LeakingAsync(bundle, ["run", "--preserve-fds", "2", "-b", bundle.Directory, bundle.Id], "3</dev/null 4</dev/null")).Succeeded().Output);
    }

    [Fact]
    public async Task Descriptors_to_preserve_that_are_not_there_are_refused()
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");

        // the runtime's own would take their numbers, and go into the container
        foreach (string[] line in (string[][])[["run", "--preserve-fds", "5", "-b", bundle.Directory, bundle.Id + "x"], ["exec", "--preserve-fds", "5", bundle.Id, "ls", "-l", "/proc/self/fd"]])
        {
            var run = await LeakingAsync(bundle, line, "3</dev/null");
            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains("please check that preserved-fd 2 (of 5) is present", run.Error, StringComparison.Ordinal);
        }
    }

    private static async Task<Command> LeakingAsync(OciBundle bundle, string[] arguments, string more = "")
    {
        await bundle.OciAsync("list");
        return await Command.RunAsync("/bin/sh", ["-c", $"exec 9</ {more}; exec \"$@\"", "sh", OciBundle.Runtime, "--root", bundle.Directory + "/state", .. arguments], limit: TimeSpan.FromSeconds(30));
    }

    private static void Relink(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }
}
