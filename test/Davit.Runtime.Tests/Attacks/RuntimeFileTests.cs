using System.Security.Cryptography;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>
/// The class of CVE-2019-5736: the image has the runtime's own file executed, with a loader of the image, which keeps it open and writes it once nobody
/// runs it any more.
/// </summary>
public sealed class RuntimeFileTests
{
    private const int Tries = 300;

    [Theory]
    [InlineData("entry")]
    [InlineData("script")]
    [InlineData("exec")]
    public async Task File_of_the_runtime_is_not_written_from_inside(string way)
    {
        await using var bundle = new OciBundle();
        var before = Plant(bundle, way);
        if (way == "exec")
        {
            await bundle.StartAsync("while :; do sleep 1; done");
            Assert.True((await bundle.OciAsync("exec", "-d", bundle.Id, "/x")).ExitCode == 0, bundle.Errors);
        }
        else
        {
            // a script is looked at when it is created, and may be another when it is started
            bundle.Process(p => p with { Args = ["/y"] });
            Assert.True((await bundle.OciAsync("create", "-b", bundle.Directory, bundle.Id)).ExitCode == 0, bundle.Errors);
            File.Move(bundle.Root + "/x", bundle.Root + "/y", overwrite: true);
            (await bundle.OciAsync("start", bundle.Id)).Succeeded();
        }

        await AssertUnwritten(bundle, before, "Read-only file system");
    }

    [Fact]
    public async Task File_that_belongs_to_an_ordinary_user_is_not_written_from_inside()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(23457);
        var before = Plant(bundle, "entry");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, bundle.Directory + "/runtime", 23457, 23457);
        bundle.Process(p => p with { Args = ["/x"] });

        Assert.True((await bundle.OciAsync("run", "-d", "-b", bundle.Directory, bundle.Id)).ExitCode == 0, bundle.Errors);

        await AssertUnwritten(bundle, before, "Operation not permitted"); // what a sealed memory file says
    }

    private static byte[] Plant(OciBundle bundle, string way)
    {
        bundle.OwnRuntime();
        Directory.CreateDirectory(bundle.Root + "/lib64");
        ElfProgram.Write(bundle.Root + "/lib64/ld-linux-x86-64.so.2", LoaderProgram.Bytes());
        ElfProgram.Write(bundle.Root + "/attack", System.Text.Encoding.ASCII.GetBytes($$"""
            i=0
            while [ $i -lt {{Tries}} ]; do
              i=$((i+1))
              echo ruined 2>/result.new >>/proc/self/fd/3 && { echo written >/result; exit; }
              busybox usleep 1000
            done
            { readlink /proc/self/fd/3; echo ruined >>/proc/self/fd/3; } 2>&1 | cat >/result.new
            busybox mv /result.new /result
            """));
        File.CreateSymbolicLink(bundle.Root + "/y", "/bin/true");
        if (way == "script") ElfProgram.Write(bundle.Root + "/x", "#!/proc/self/exe\n"u8.ToArray());
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
