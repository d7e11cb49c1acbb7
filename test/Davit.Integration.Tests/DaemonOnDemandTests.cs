using System.Text.RegularExpressions;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>The client starts the daemon when nobody answers: one, however many clients ask at once, and it says where it logs.</summary>
public sealed partial class DaemonOnDemandTests
{
    [Fact]
    public async Task Two_clients_at_once_start_one_daemon()
    {
        if (TestDaemon.IsPeer) return;
        var name = $"o{Environment.ProcessId % 4096:x3}";
        var root = Directory.CreateTempSubdirectory("davit-ondemand-").FullName;
        var environment = new Dictionary<string, string?>
        {
            ["HOME"] = root, ["DAVIT_HOST"] = null, ["DOCKER_HOST"] = null, ["DOCKER_CONTEXT"] = null, ["DAVIT_DATA_ROOT"] = root + "/data", ["DAVIT_RUN_ROOT"] = root + "/run", ["DAVIT_LOG_FILE"] = root + "/davitd.log", ["DAVIT_INSTANCE"] = name,
            ["DAVIT_BRIDGE"] = name + "-b0", ["DAVIT_INTERFACE_PREFIX"] = name, ["DAVIT_FIREWALL_TABLE"] = "davit-" + name, ["DAVIT_CGROUP_PARENT"] = "davit-" + name, ["DAVIT_DEFAULT_ADDRESS_POOL"] = "base=10.212.0.0/16,size=24",
        };
        var davit = Project.Executable("davit");
        var calls = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Command.RunAsync(davit, ["version", "--format", "{{.Server.Os}}"], environment: environment)));
        var said = Started().Matches(string.Concat(calls.Select(c => c.Error)));
        try
        {
            Assert.All(calls, c => Assert.Equal("linux", c.Succeeded().Text));
            Assert.Equal(root + "/davitd.log", Assert.Single(said).Groups[2].Value);
            Assert.True(File.Exists(root + "/davitd.log"));
        }
        finally
        {
            foreach (Match match in said) await Command.RunAsync("sh", ["-c", $"kill -TERM {match.Groups[1].Value}; while kill -0 {match.Groups[1].Value} 2>/dev/null; do sleep 0.05; done"]);
            (await Command.RunAsync(Project.Executable("davitd"), ["--remove-everything"], environment: environment)).Succeeded();
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Who_may_not_start_it_is_told_what_to_do()
    {
        if (TestDaemon.IsPeer) return;
        var environment = new Dictionary<string, string?> { ["HOME"] = "/tmp", ["DAVIT_HOST"] = null, ["DOCKER_HOST"] = null, ["DAVIT_RUN_ROOT"] = "/nonexistent/run" };
        var command = await Command.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--", Project.Executable("davit"), "ps"], environment: environment);
        Assert.Equal(1, command.ExitCode);
        Assert.Contains("only root can start it", command.Error, StringComparison.Ordinal);
        Assert.Contains("Hint: sudo", command.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"started davitd \(process (\d+)\); it logs to (\S+)")]
    private static partial Regex Started();
}
