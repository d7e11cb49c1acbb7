using Davit.Oci.Runtime;
using Davit.Runtime.Launch;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config.md: mounts with mapped owners.</summary>
public sealed class IdMappedMountTests
{
    private static readonly IdMapping[] Shift = [new() { ContainerID = 0, HostID = 5000, Size = 1000 }];

    [Theory]
    [InlineData("uid", true)]
    [InlineData("gid", true)]
    [InlineData("none", false)]
    [InlineData("none", true)]
    [Clause("config/mounts/idmap/uid-with-gid", "config/mounts/idmap/gid-with-uid", "config/mounts/idmap/no-mappings")]
    public Task Half_a_mapping_or_none_without_a_user_namespace_is_an_error(string given, bool recursive) => Suite.CheckAsync(async bundle =>
    {
        bundle.Mount(MountTests.Bind(bundle.Root + "/etc", "/data", recursive ? "ridmap" : "idmap") with { UidMappings = given == "uid" ? Shift : null, GidMappings = given == "gid" ? Shift : null });
        await bundle.CreateFailsAsync();
    }, $"{given} {recursive}");

    [Fact]
    [Clause("config/mounts/idmap/own-mappings", "config/mounts/idmap/named")]
    public Task Own_mappings_hold_also_with_a_user_namespace_and_without_the_option() => Suite.CheckAsync(async bundle =>
    {
        bundle.UserNamespace();
        IdMapping[] own = [new() { ContainerID = 10, HostID = 100077, Size = 1 }];
        var source = Directory.CreateDirectory(bundle.Directory + "/source").FullName;
        await File.WriteAllTextAsync(source + "/file", "x");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, source + "/file", 10, 10);
        bundle.Mount(MountTests.Bind(source, "/data", "idmap") with { UidMappings = own, GidMappings = own });
        Assert.Equal("77 77", (await bundle.RunAsync("stat -c '%u %g' /data/file")).Succeeded().Text);

        bundle.Spec = bundle.Spec with { Mounts = [.. bundle.Spec.Mounts!.Select(m => m with { Options = [.. (m.Options ?? []).Where(o => o != "idmap")] })] };
        Assert.Equal("77 77", (await bundle.RunAsync("stat -c '%u %g' /data/file")).Succeeded().Text);
    });

    [Fact]
    [Clause("config/mounts/idmap/not-to-mount", "config/mounts/idmap/mount-setattr", OnPlan = true)]
    public void Owners_are_mapped_by_mount_setattr_and_the_option_reaches_no_mount()
    {
        var spec = Plans.Spec() with { Mounts = [MountTests.Bind("/etc", "/data", "ridmap") with { UidMappings = Shift, GidMappings = Shift }] };
        using var plan = PlanBuilder.ForContainer(spec, Plans.Options());
        Assert.DoesNotContain(PlanText.Steps(plan, SystemCall.Mount), s => s.Contains("idmap", StringComparison.Ordinal));
        Assert.Equal(2, PlanText.Steps(plan, SystemCall.MountSetattr).Count);
    }
}
