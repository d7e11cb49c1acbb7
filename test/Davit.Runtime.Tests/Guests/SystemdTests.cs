using Davit.Testing;

namespace Davit.Runtime.Tests.Guests;

/// <summary>davit-oci with the systemd driver against the real one (252, on Debian 12's kernel), as root and as an ordinary user with a systemd of its own.</summary>
[Trait("Ring", "v2")]
public sealed class SystemdTests(SystemdTests.Boot boot) : IClassFixture<SystemdTests.Boot>
{
    private static readonly string[] Root =
    [
        "scope", "scope-place", "scope-properties", "scope-files", "scope-reload", "devices", "exec", "update-properties", "update-files", "update-reload", "pause", "resume", "delete", "delete-running",
        "run", "run-left", "failed", "failed-again", "failed-left", "taken", "taken-lives", "slice", "slice-left", "refused", "refused-left", "annotations", "cgroups-left",
    ];

    private static readonly string[] User = ["scope", "place", "properties", "files", "exec", "update", "pause", "resume", "delete", "run", "left"];

    /// <summary>What the scripts check.</summary>
    public static TheoryData<string> Names => [.. Root, .. User.Select(n => "user-service-" + n), .. User.Select(n => "user-login-" + n)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Guest_says_ok(string name) => Assert.True(boot.Run!.Output.Split('\n').Contains("ok " + name), boot.Run.ToString());

    /// <summary>One boot for all.</summary>
    public sealed class Boot : IAsyncLifetime
    {
        /// <summary>What the guest said.</summary>
        public Command? Run { get; private set; }

        public async ValueTask InitializeAsync()
        {
            (string, string) Script(string name) => (Path.Combine(Project.Root, "test/Davit.Runtime.Tests/Guests", name), "");
            Run = await Guest.RunAsync("vmhost", "test/Davit.Runtime.Tests/Guests/systemd.sh", 900, Script("bundle.sh"), Script("user.sh"), (Project.Executable("davit-oci"), ""), ("/bin/busybox", ""));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
