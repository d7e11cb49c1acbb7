using System.Security.Cryptography;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>
/// The class of CVE-2019-5736: the image has the runtime's own file executed, a process of the container opens that file through it, and writes it once nobody
/// runs it any more. The file is one without a dynamic loader, so no image can bring code of its own into it.
/// </summary>
public sealed class RuntimeFileTests
{
    private const int Tries = 300;

    /// <summary>What a sealed memory file says to a write.</summary>
    private const string Sealed = "Operation not permitted";

    /// <summary>Holds a runtime that is executed inside: it wants to log there that it knows no such command.</summary>
    private const string Log = "--log=/fifo";

    [Theory]
    [InlineData("link")]
    [InlineData("script")]
    public async Task File_of_the_runtime_is_not_written_from_inside(string way)
    {
        await using var bundle = new OciBundle();
        var before = Plant(bundle, way);
        await bundle.StartAsync(". /attack");
        Assert.True((await bundle.OciAsync("exec", "-d", bundle.Id, "/x", Log, "none")).ExitCode == 0, bundle.Errors);

        // a kernel with CONFIG_CHECKPOINT_RESTORE lets a process change what it was executed from; without, it is executed from a sealed memory file
        await AssertUnwritten(bundle, before, File.Exists("/proc/sys/kernel/ns_last_pid") ? "Read-only file system" : Sealed);
    }

    [Fact]
    public async Task File_that_belongs_to_an_ordinary_user_is_not_written_from_inside()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(23457);
        var before = Plant(bundle, "link");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, bundle.Directory + "/runtime", 23457, 23457);
        await bundle.StartAsync(". /attack");

        Assert.True((await bundle.OciAsync("exec", "-d", bundle.Id, "/x", Log, "none")).ExitCode == 0, bundle.Errors);

        await AssertUnwritten(bundle, before, Sealed);
    }

    [Fact]
    public void No_loader_of_an_image_runs_in_the_name_of_the_runtime()
    {
        var file = File.ReadAllBytes(OciBundle.Runtime);
        var (table, size, count) = (BitConverter.ToInt32(file, 32), BitConverter.ToUInt16(file, 54), BitConverter.ToUInt16(file, 56));
        const int Interpreter = 3;
        Assert.DoesNotContain(Interpreter, Enumerable.Range(0, count).Select(i => BitConverter.ToInt32(file, table + (i * size))));
    }

    private static byte[] Plant(OciBundle bundle, string way)
    {
        bundle.OwnRuntime();
        ElfProgram.Write(bundle.Root + "/attack", System.Text.Encoding.ASCII.GetBytes($$"""
            busybox mkfifo /fifo
            until [ -n "$n" ]; do
              for p in /proc/[0-9]*; do
                case $(readlink $p/exe) in /bin/busybox | "") ;; *) n=${p#/proc/} ;; esac
              done
            done
            exec 3</proc/$n/exe
            kill -9 $n
            i=0
            while [ $i -lt {{Tries}} ]; do
              i=$((i+1))
              echo ruined 2>/result.new >>/proc/self/fd/3 && { echo written >/result; exit; }
              busybox usleep 1000
            done
            { readlink /proc/self/fd/3; echo ruined >>/proc/self/fd/3; } 2>&1 | cat >/result.new
            busybox mv /result.new /result
            """));
        if (way == "script") ElfProgram.Write(bundle.Root + "/x", System.Text.Encoding.ASCII.GetBytes($"#!/proc/self/exe {Log}\n"));
        else File.CreateSymbolicLink(bundle.Root + "/x", "/proc/self/exe");
        foreach (var path in Directory.GetFileSystemEntries(bundle.Root)) Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, path, bundle.Owner, bundle.Owner);
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, bundle.Root, bundle.Owner, bundle.Owner);
        return SHA256.HashData(File.ReadAllBytes(bundle.Directory + "/runtime"));
    }

    private static async Task AssertUnwritten(OciBundle bundle, byte[] before, string answer)
    {
        (await Command.RunAsync("/bin/sh", ["-c", $"until [ -e {bundle.Root}/result ] || ! [ -e {bundle.Root}/attack ]; do :; done"], limit: TimeSpan.FromSeconds(60))).Succeeded();
        var result = await File.ReadAllTextAsync(bundle.Root + "/result", TestContext.Current.CancellationToken);
        Assert.Contains(answer, result, StringComparison.Ordinal);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(bundle.Directory + "/runtime", TestContext.Current.CancellationToken)));
    }
}
