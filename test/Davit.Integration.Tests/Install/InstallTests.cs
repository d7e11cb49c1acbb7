using Davit.Testing;

namespace Davit.Integration.Tests.Install;

/// <summary><c>build.sh install</c> and <c>uninstall</c>: into a package's directory, and on a machine that is thrown away.</summary>
public sealed class InstallTests(LiveInstall live) : IClassFixture<LiveInstall>
{
    [Theory]
    [InlineData("install")]
    [InlineData("install-programs")]
    [InlineData("install-group")]
    [InlineData("completion")]
    [InlineData("ready")]
    [InlineData("socket")]
    [InlineData("stranger")]
    [InlineData("stranger-told")]
    [InlineData("stranger-helped")]
    [InlineData("member")]
    [InlineData("uninstall-while-running")]
    [InlineData("stopping")]
    [InlineData("ended")]
    [InlineData("uninstall-keeps")]
    [InlineData("uninstall-state")]
    [InlineData("purge")]
    [InlineData("left")]
    public void Machine_says_ok(string name) => Assert.True(live.Output.Split('\n').Contains("ok " + name), live.Output);

    [Fact]
    public async Task A_package_is_made_under_destdir_and_taken_back_whole()
    {
        var directory = Directory.CreateTempSubdirectory("davit-destdir-").FullName;
        try
        {
            var environment = new Dictionary<string, string?> { ["DESTDIR"] = directory };
            var script = Path.Combine(Project.Root, "eng/install.sh");
            (await Command.RunAsync(script, ["install", "--prefix", "/usr"], environment: environment)).Succeeded();
            var files = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => path[directory.Length..]).Order(StringComparer.Ordinal);
            Assert.Equal(
                ["/etc/systemd/system/davit.service", "/usr/bin/davit", "/usr/bin/davit-init", "/usr/bin/davit-monitor", "/usr/bin/davit-oci", "/usr/bin/davitd", "/usr/share/bash-completion/completions/davit"],
                files);
            await VerifyUnitAsync(directory);
            (await Command.RunAsync(script, ["uninstall", "--prefix", "/usr"], environment: environment)).Succeeded();
            Assert.Empty(Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory) : []);
        }
        finally
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>systemd of the peers' tree finds nothing to say about the unit, its program being where the package is.</summary>
    private static async Task VerifyUnitAsync(string directory)
    {
        var path = directory + "/etc/systemd/system/davit.service";
        var unit = await File.ReadAllTextAsync(path);
        Assert.Contains("ExecStart=/usr/bin/davitd ", unit, StringComparison.Ordinal);
        Assert.Contains("KillMode=process", unit, StringComparison.Ordinal);
        Assert.Contains("Delegate=yes", unit, StringComparison.Ordinal);
        var copy = directory + "/davit.service";
        await File.WriteAllTextAsync(copy, unit.Replace("ExecStart=/usr/bin", "ExecStart=" + Peers.Inside(directory) + "/usr/bin", StringComparison.Ordinal));
        var verified = await Peers.RunAsync(["systemd-analyze", "verify", Peers.Inside(copy)]);
        File.Delete(copy);
        Assert.True(verified.ExitCode == 0 && !verified.Error.Contains("davit", StringComparison.Ordinal), verified.ToString());
    }
}
