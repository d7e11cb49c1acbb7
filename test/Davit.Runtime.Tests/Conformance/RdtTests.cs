using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Resources;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config-linux.md: intelRdt. No kernel at hand has resctrl: the group works on an ordinary directory, and each write is recorded.</summary>
public sealed class RdtTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("dvc-resctrl").FullName;
    private readonly List<string> _writes = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    [Clause("config-linux/rdt/no-resctrl")]
    public Task Without_resctrl_it_is_an_error() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipWhen(File.ReadAllText("/proc/self/mountinfo").Contains(" - resctrl ", StringComparison.Ordinal), "resctrl is mounted");
        bundle.Edit = c => c["linux"]!["intelRdt"] = new JsonObject { ["closID"] = "x" };
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config-linux/rdt/unset", OnPlan = true)]
    public void Without_a_class_there_is_no_group() => Assert.Null(ResctrlGroup.For(null, "id", _root));

    [Fact]
    [Clause("config-linux/rdt/tasks", "config-linux/rdt/both", "config-linux/rdt/schemata", "config-linux/rdt/no-clos", "config-linux/rdt/create", "config-linux/rdt/remove", OnPlan = true)]
    public void Class_of_the_container_is_made_filled_and_removed()
    {
        var group = Group(new() { L3CacheSchema = "L3:0=f", MemBwSchema = "MB:0=50", Schemata = ["L2:0=f", "MB:0=20"] });
        group.Assign(42);
        Assert.Equal(["id/schemata L3:0=f", "id/schemata MB:0=50", "id/schemata L2:0=f", "id/schemata MB:0=20", "id/tasks 42"], _writes);
        Assert.True(Directory.Exists(_root + "/id"));
        group.Remove();
        Assert.False(Directory.Exists(_root + "/id"));
    }

    [Theory]
    [InlineData("L3:0=f", null)]
    [InlineData(null, "MB:0=50")]
    [Clause("config-linux/rdt/either", "config-linux/rdt/create", "config-linux/rdt/keep", OnPlan = true)]
    public void One_schema_alone_is_written_and_a_named_class_is_kept(string? cache, string? bandwidth)
    {
        var group = Group(new() { ClosID = "gold", L3CacheSchema = cache, MemBwSchema = bandwidth });
        group.Assign(42);
        Assert.Equal([$"gold/schemata {cache ?? bandwidth}", "gold/tasks 42"], _writes);
        group.Remove();
        Assert.True(Directory.Exists(_root + "/gold"));
    }

    [Fact]
    [Clause("config-linux/rdt/compare", OnPlan = true)]
    public void Class_that_is_there_must_have_the_schemata()
    {
        Directory.CreateDirectory(_root + "/gold");
        File.WriteAllText(_root + "/gold/schemata", "    MB:0=50;1=50\n    L3:0=f;1=ff\n");
        Group(new() { ClosID = "gold", L3CacheSchema = "L3:0=f;1=ff", MemBwSchema = "MB:0=50" }).Assign(42);
        Assert.Equal(["gold/tasks 42"], _writes);
        Assert.Throws<DavitException>(() => Group(new() { ClosID = "gold", L3CacheSchema = "L3:0=ff" }));
    }

    [Fact]
    [Clause("config-linux/rdt/preconfigured", "config-linux/rdt/none", OnPlan = true)]
    public void Class_without_schemata_must_be_there_and_is_not_changed()
    {
        Assert.Throws<DavitException>(() => Group(new() { ClosID = "gold" }));
        Assert.False(Directory.Exists(_root + "/gold"));
        Directory.CreateDirectory(_root + "/gold");
        Group(new() { ClosID = "gold" }).Assign(42);
        Assert.Equal(["gold/tasks 42"], _writes);
    }

    [Fact]
    [Clause("config-linux/rdt/default-class", OnPlan = true)]
    public void Slash_is_the_default_class()
    {
        var group = Group(new() { ClosID = "/" });
        group.Assign(42);
        Assert.Equal(["tasks 42"], _writes);
        group.Remove();
        Assert.True(Directory.Exists(_root));
    }

    [Theory]
    [InlineData("MB:0=1", null, null)]
    [InlineData("L3:0=f\nL3:1=f", null, null)]
    [InlineData(null, "L3:0=f", null)]
    [InlineData(null, "MB:0=1\nx", null)]
    [InlineData(null, null, "L2:0=f\nx")]
    [Clause("config-linux/rdt/l3-form", "config-linux/rdt/bandwidth-form", "config-linux/rdt/schemata-form", OnPlan = true)]
    public void Schemata_of_another_form_are_refused(string? cache, string? bandwidth, string? line)
    {
        Assert.Throws<DavitException>(() => Group(new() { L3CacheSchema = cache, MemBwSchema = bandwidth, Schemata = line is null ? null : [line] }));
        Assert.Empty(_writes);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("info")]
    [InlineData("mon_groups")]
    [Clause("config/valid-values", OnPlan = true)]
    public void Class_of_a_bad_name_is_refused(string name) => Assert.Throws<DavitException>(() => Group(new() { ClosID = name, L3CacheSchema = "L3:0=f" }));

    [Fact]
    [Clause("config-linux/rdt/monitoring", "config-linux/rdt/monitoring-fails", OnPlan = true)]
    public void Monitoring_has_a_group_that_goes_with_the_container()
    {
        Directory.CreateDirectory(_root + "/gold/mon_groups");
        var group = Group(new() { ClosID = "gold", EnableMonitoring = true });
        group.Assign(42);
        Assert.Equal(["gold/tasks 42", "gold/mon_groups/id/tasks 42"], _writes);
        group.Remove();
        Assert.False(Directory.Exists(_root + "/gold/mon_groups/id"));
        Assert.True(Directory.Exists(_root + "/gold"));
        Directory.Delete(_root + "/gold/mon_groups");
        Assert.Throws<DavitException>(() => Group(new() { ClosID = "gold", EnableMonitoring = true }));
    }

    [Fact]
    public void Update_writes_to_the_class_of_the_container_or_makes_one()
    {
        Directory.CreateDirectory(_root + "/info/L3");
        Directory.CreateDirectory(_root + "/info/MB");
        Assert.False(Update(new() { ClosID = "gold" }, "L3:0=f", "MB:0=50"));
        Assert.False(Update(new(), null, "MB:0=20"));
        Assert.Equal(["gold/schemata L3:0=f", "gold/schemata MB:0=50", "id/schemata MB:0=20"], _writes);
        _writes.Clear();
        Assert.True(Update(null, "L3:0=f", ""));
        Assert.Equal(["id/schemata L3:0=f", "id/tasks 42", "id/tasks 43"], _writes);
        Assert.Throws<DavitException>(() => Update(null, "MB:0=1", null));
        Directory.Delete(_root + "/info/MB");
        Assert.Equal("Intel RDT/MBA: memory bandwidth schema is not enabled", Assert.Throws<DavitException>(() => Update(null, null, "MB:0=1")).Message);
    }

    private bool Update(IntelRdtSpec? spec, string? cache, string? bandwidth) => ResctrlGroup.Update(spec, "id", [42, 43], _root, cache, bandwidth, (path, text) => _writes.Add($"{Path.GetRelativePath(_root, path)} {text}"));

    private ResctrlGroup Group(IntelRdtSpec spec) => ResctrlGroup.For(spec, "id", _root, (path, text) => _writes.Add($"{Path.GetRelativePath(_root, path)} {text}"))!;
}
