using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config.md: process.apparmorProfile. The guests' kernels have AppArmor; that of this machine may not.</summary>
public sealed class AppArmorTests
{
    private static bool Enabled { get; } = File.Exists("/sys/kernel/security/apparmor/profiles");

    [Fact]
    [Clause("runtime/create/properties")]
    public Task AppArmor_profile_holds_for_the_process_and_those_that_join() => Suite.CheckAsync(async bundle =>
    {
        await LoadAsync(bundle);
        File.WriteAllText(bundle.Root + "/data/secret", "a secret");
        bundle.Process(p => p with { ApparmorProfile = bundle.Id });
        const string Look = "cat /proc/self/attr/current; cat /data/secret || echo denied; touch /data/new && echo allowed";
        await bundle.StartAsync(Look + "; while :; do sleep 1; done");

        var exec = await bundle.RawAsync(["exec", bundle.Id, "/bin/sh", "-c", Look]);
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");

        var expected = $"{bundle.Id} (enforce)\ndenied\nallowed\n";
        Assert.Equal(expected, exec.Output);
        Assert.Equal(expected, bundle.Output);
    });

    [Fact]
    [Clause("runtime/create/properties")]
    public Task AppArmor_leaves_an_unconfined_process_alone() => Suite.CheckAsync(async bundle =>
    {
        await LoadAsync(bundle);
        bundle.Process(p => p with { ApparmorProfile = "unconfined" });
        Assert.Equal("unconfined", (await bundle.RunAsync("cat /proc/self/attr/current")).Succeeded().Text);
    });

    [Fact]
    [Clause("runtime/create/property-error", "runtime/create/property-error-nothing")]
    public Task AppArmor_profile_that_is_not_there_is_an_error_that_names_it() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { ApparmorProfile = "no-such-profile" });
        var error = await bundle.CreateFailsAsync();
        Assert.Contains("apparmor", error, StringComparison.OrdinalIgnoreCase);
        if (!Suite.IsOurs) return;
        Assert.Contains(Enabled ? "AppArmor profile \"no-such-profile\" is not loaded" : "AppArmor profile \"no-such-profile\" is asked for, and this kernel has no AppArmor", error, StringComparison.Ordinal);
    });

    [Fact]
    [Clause("runtime/create/property-error")]
    public Task AppArmor_profile_of_an_exec_that_is_not_there_is_an_error_that_names_it() => Suite.CheckAsync(async bundle =>
    {
        await bundle.StartAsync("while :; do sleep 1; done");
        var exec = await bundle.RawAsync(["exec", "--apparmor", "no-such-profile", bundle.Id, "/bin/true"]);
        Assert.NotEqual(0, exec.ExitCode);
        Assert.Contains("apparmor", exec.Error, StringComparison.OrdinalIgnoreCase);
        if (Suite.IsOurs) Assert.Contains("\"no-such-profile\"", exec.Error, StringComparison.Ordinal);
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
    });

    /// <summary>Loads a profile named as the bundle, which denies one file.</summary>
    private static async Task LoadAsync(OciBundle bundle)
    {
        Assert.SkipUnless(Enabled, "this kernel has no AppArmor");
        var file = bundle.Directory + "/profile";
        await File.WriteAllTextAsync(file, $"profile {bundle.Id} flags=(attach_disconnected,mediate_deleted) {{\n  file,\n  capability,\n  network,\n  signal,\n  deny /data/secret rw,\n}}\n");
        (await Command.RunAsync("apparmor_parser", ["--skip-cache", "--replace", file])).Succeeded();
        bundle.Afterwards.Add(async () => await Command.RunAsync("apparmor_parser", ["--remove", file]));
    }
}
