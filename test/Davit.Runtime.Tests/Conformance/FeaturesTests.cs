using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>features.md and features-linux.md: what the document names is true.</summary>
public sealed class FeaturesTests
{
    [Fact]
    [Clause("features/oci-version-min", "features/oci-version-max", "features/oci-version-order")]
    public Task Both_versions_are_accepted_and_in_order() => Suite.CheckAsync(async bundle =>
    {
        var features = await ReadAsync(bundle);
        var (least, most) = (features.GetProperty("ociVersionMin").GetString()!, features.GetProperty("ociVersionMax").GetString()!);
        Assert.True(Version.Parse(least.Split('-', '+')[0]) <= Version.Parse(most.Split('-', '+')[0]));
        foreach (var version in (string[])[least, most])
        {
            bundle.Spec = bundle.Spec with { OciVersion = version };
            Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
        }
    });

    [Fact]
    [Clause("features/no-other-properties", "features/null")]
    public Task Document_has_properties_of_its_version_alone_and_no_empty_ones_for_unknown_ones() => Suite.CheckAsync(async bundle =>
    {
        var features = await ReadAsync(bundle);
        string[] top = ["ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux", "annotations", "potentiallyUnsafeConfigAnnotations"];
        string[] linux = ["namespaces", "capabilities", "cgroup", "seccomp", "apparmor", "selinux", "memoryPolicy", "intelRdt", "mountExtensions", "netDevices"];
        Assert.Empty(features.EnumerateObject().Select(p => p.Name).Except(top));
        Assert.Empty(features.GetProperty("linux").EnumerateObject().Select(p => p.Name).Except(linux));

        // an empty list says that there are none, a missing one that nothing is known: no runtime without hooks passes this suite
        Assert.NotEqual(0, features.GetProperty("hooks").GetArrayLength());
        Assert.NotEqual(0, features.GetProperty("linux").GetProperty("namespaces").GetArrayLength());
    });

    [Fact]
    [Clause("features/compile-time")]
    public Task Document_does_not_depend_on_the_machine() => Suite.CheckAsync(async bundle =>
    {
        var features = await ReadAsync(bundle);
        Assert.Contains("SCMP_ARCH_X86_64", Words(features.GetProperty("linux").GetProperty("seccomp").GetProperty("archs")));
        Assert.Contains("CAP_CHECKPOINT_RESTORE", Words(features.GetProperty("linux").GetProperty("capabilities")));
        Assert.True(features.GetProperty("linux").GetProperty("apparmor").GetProperty("enabled").GetBoolean());
        Assert.True(features.GetProperty("linux").GetProperty("cgroup").GetProperty("v1").GetBoolean() && features.GetProperty("linux").GetProperty("cgroup").GetProperty("v2").GetBoolean());
    });

    [Fact]
    [Clause("features/hooks")]
    public Task Named_hooks_run() => Suite.CheckAsync(async bundle =>
    {
        var hooks = Words((await ReadAsync(bundle)).GetProperty("hooks"));
        bundle.Edit = c => c["hooks"] = new JsonObject(hooks.Select(h => KeyValuePair.Create<string, JsonNode?>(h, new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", $"echo {h} >> {(h == "startContainer" ? "" : bundle.Root)}/tmp/hooks") }))));
        (await bundle.RunAsync("true")).Succeeded();
        Assert.Equal(hooks.Order(), (await File.ReadAllLinesAsync(bundle.Root + "/tmp/hooks")).Order());
    });

    [Fact]
    [Clause("features/mount-options", "features/mount-options-general")]
    public Task Named_mount_options_are_known() => Suite.CheckAsync(async bundle =>
    {
        var options = Words((await ReadAsync(bundle)).GetProperty("mountOptions"));
        Assert.DoesNotContain(options, o => o.Contains('=') || o is "size" or "mode" or "newinstance" or "lowerdir");

        // an unknown one would go to the file system, which refuses it
        string[] apart = ["bind", "rbind", "remount", "idmap", "ridmap", "tmpcopyup", "copy-symlink", "src-nofollow", "dest-nofollow", "mand", "nomand"];
        var rest = options.Where(o => !apart.Contains(o)).ToList();
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = rest });
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
    });

    [Fact]
    [Clause("features/annotations")]
    public Task Annotations_are_a_map_of_texts() => Suite.CheckAsync(async bundle =>
    {
        if ((await ReadAsync(bundle)).TryGetProperty("annotations", out var annotations)) Assert.All(annotations.EnumerateObject(), a => Assert.True(a.Name.Length > 0 && a.Value.ValueKind == JsonValueKind.String));
    });

    [Fact]
    [Clause("features-linux/namespaces")]
    public Task Named_namespaces_are_known() => Suite.CheckAsync(async bundle =>
    {
        var types = Words((await ReadAsync(bundle)).GetProperty("linux").GetProperty("namespaces"));
        Assert.Equal(["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"], types.Order());
        bundle.UserNamespace();
        bundle.Linux(l => l with { Namespaces = [.. types.Select(t => new NamespaceSpec { Type = t })] });
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
    });

    [Fact]
    [Clause("features-linux/capabilities")]
    public Task Named_capabilities_are_known() => Suite.CheckAsync(async bundle =>
    {
        var names = Words((await ReadAsync(bundle)).GetProperty("linux").GetProperty("capabilities"));
        bundle.UserNamespace();
        bundle.Process(p => p with { Capabilities = new() { Bounding = names, Effective = names, Permitted = names } });
        Assert.Equal("1ffffffffff", (await bundle.RunAsync("grep CapEff /proc/self/status | cut -f2")).Succeeded().Text.TrimStart('0'));
    });

    [Fact]
    [Clause("features-linux/seccomp/actions", "features-linux/seccomp/operators", "features-linux/seccomp/archs")]
    public Task Named_seccomp_actions_operators_and_architectures_are_known() => Suite.CheckAsync(async bundle =>
    {
        var seccomp = (await ReadAsync(bundle)).GetProperty("linux").GetProperty("seccomp");
        var actions = Words(seccomp.GetProperty("actions")).Where(a => a != "SCMP_ACT_NOTIFY").ToList();
        Assert.NotEmpty(actions);
        string[] calls = ["swapon", "swapoff", "reboot", "acct", "kexec_load", "init_module", "delete_module", "finit_module", "settimeofday", "iopl"];
        bundle.Linux(l => l with
        {
            Seccomp = new()
            {
                DefaultAction = "SCMP_ACT_ALLOW",
                Architectures = Words(seccomp.GetProperty("archs")),
                Syscalls =
                [
                    .. actions.Select((a, i) => new SyscallRule { Names = [calls[i]], Action = a }),
                    .. Words(seccomp.GetProperty("operators")).Select(o => new SyscallRule { Names = ["personality"], Action = "SCMP_ACT_ERRNO", Args = [new() { Index = 5, Value = 77, ValueTwo = 77, Op = o }] }),
                ],
            },
        });
        await bundle.CreateAsync("true");
    });

    [Fact]
    [Clause("features-linux/seccomp/known-flags", "features-linux/seccomp/supported-flags")]
    public Task Named_seccomp_flags_are_known_and_work() => Suite.CheckAsync(async bundle =>
    {
        var seccomp = (await ReadAsync(bundle)).GetProperty("linux").GetProperty("seccomp");
        if (!seccomp.TryGetProperty("supportedFlags", out var supported)) return;
        Assert.Empty(Words(supported).Except(Words(seccomp.GetProperty("knownFlags"))));
        bundle.Linux(l => l with { Seccomp = new() { DefaultAction = "SCMP_ACT_ALLOW", Flags = Words(supported), Syscalls = [new() { Names = ["mkdir"], Action = "SCMP_ACT_ERRNO" }] } });
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
    });

    [Fact]
    [Clause("features-linux/memory-policy/modes", "features-linux/memory-policy/flags")]
    public Task Named_memory_policies_are_known() => Suite.CheckAsync(async bundle =>
    {
        var policy = (await ReadAsync(bundle)).GetProperty("linux").GetProperty("memoryPolicy");
        Assert.SkipUnless(File.Exists("/proc/self/numa_maps"), "this kernel knows no memory nodes");
        foreach (var mode in Words(policy.GetProperty("modes")))
        {
            bundle.Linux(l => l with { MemoryPolicy = new() { Mode = mode, Nodes = mode is "MPOL_DEFAULT" or "MPOL_LOCAL" ? null : "0" } });
            var run = await bundle.RunAsync("echo yes");

            // a policy that is younger than this kernel is known all the same, and the kernel's refusal told
            if (mode == "MPOL_WEIGHTED_INTERLEAVE" && Environment.OSVersion.Version < new Version(6, 9)) Assert.Contains(mode, run.Error, StringComparison.Ordinal);
            else Assert.Equal("yes", run.Succeeded().Text);
        }

        foreach (var flag in Words(policy.GetProperty("flags")))
        {
            bundle.Linux(l => l with { MemoryPolicy = new() { Mode = "MPOL_BIND", Nodes = "0", Flags = [flag] } });
            Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
        }
    });

    [Fact]
    [Clause("features-linux/idmap")]
    public Task Idmap_is_told() => Suite.CheckAsync(async bundle =>
        Assert.True((await ReadAsync(bundle)).GetProperty("linux").GetProperty("mountExtensions").GetProperty("idmap").GetProperty("enabled").GetBoolean()));

    private static async Task<JsonElement> ReadAsync(OciBundle bundle) => JsonDocument.Parse((await bundle.RawAsync(["features"])).Succeeded().Output).RootElement;

    private static string[] Words(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];
}
