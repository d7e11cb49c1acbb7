using System.Text;
using System.Text.Json.Nodes;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>bundle.md, glossary.md, and the parts of config.md that are about the document as a whole.</summary>
public sealed class DocumentTests
{
    [Fact]
    [Clause("bundle/config-json", "bundle/one-directory")]
    public Task Configuration_is_config_json_in_the_bundle_whose_name_means_nothing() => Suite.CheckAsync(async bundle =>
    {
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
        File.Move(bundle.Directory + "/config.json", bundle.Directory + "/other.json");
        Assert.NotEqual(0, (await bundle.RawAsync(["run", "-b", bundle.Directory, bundle.Id])).ExitCode);

        // the same files in another directory are the same bundle
        Directory.CreateDirectory(bundle.Directory + "/elsewhere");
        File.Move(bundle.Directory + "/other.json", bundle.Directory + "/elsewhere/config.json");
        Directory.Move(bundle.Root, bundle.Directory + "/elsewhere/rootfs");
        Assert.Equal("yes", (await bundle.RawAsync(["run", "-b", bundle.Directory + "/elsewhere", bundle.Id])).Succeeded().Text);
    });

    [Fact]
    [Clause("glossary/utf-8")]
    public Task Configuration_that_is_not_utf8_is_refused() => Suite.CheckAsync(async bundle =>
    {
        await bundle.RunAsync("true");
        var text = await File.ReadAllTextAsync(bundle.Directory + "/config.json");
        await File.WriteAllBytesAsync(bundle.Directory + "/config.json", Encoding.Latin1.GetBytes(text.Replace("\"true\"", "\"echo \u00e9\"", StringComparison.Ordinal)));
        Assert.NotEqual(0, (await bundle.RawAsync(["run", "-b", bundle.Directory, bundle.Id])).ExitCode);
        await File.WriteAllTextAsync(bundle.Directory + "/config.json", text.Replace("\"true\"", "\"echo \u00e9\"", StringComparison.Ordinal));
        Assert.Equal("\u00e9", (await bundle.RawAsync(["run", "-b", bundle.Directory, bundle.Id])).Succeeded().Text);
    });

    [Fact]
    [Clause("glossary/no-duplicate-names")]
    public Task Property_that_is_named_twice_is_refused() => Suite.CheckAsync(async bundle =>
    {
        await bundle.RunAsync("true");
        var text = await File.ReadAllTextAsync(bundle.Directory + "/config.json");
        await File.WriteAllTextAsync(bundle.Directory + "/config.json", text.Replace("\"hostname\":", "\"hostname\":\"first\",\"hostname\":", StringComparison.Ordinal));
        Assert.NotEqual(0, (await bundle.RawAsync(["run", "-b", bundle.Directory, bundle.Id])).ExitCode);
    });

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("1.0")]
    [InlineData("01.0.0")]
    [InlineData("2.0.0")]
    [Clause("config/oci-version")]
    public Task Version_that_is_no_semantic_version_or_another_major_one_is_refused(string version) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["ociVersion"] = version;
        await bundle.CreateFailsAsync();
    }, version);

    [Theory]
    [InlineData("1.0.0")]
    [InlineData("1.0.2-dev")]
    [InlineData("1.1.0+build")]
    [Clause("config/oci-version")]
    public Task Earlier_versions_are_accepted(string version) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["ociVersion"] = version;
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
    }, version);

    [Fact]
    [Clause("config/oci-version")]
    public Task Version_that_is_missing_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c.Remove("ociVersion");
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config/extensibility", "config/annotations/unknown")]
    public Task Unknown_properties_and_annotations_are_ignored() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c =>
        {
            c["futureThing"] = new JsonObject { ["a"] = 1 };
            c["process"]!["futureThing"] = "x";
            c["linux"]!["futureThing"] = new JsonArray(1, 2);
            c["mounts"]![0]!["futureThing"] = true;
            c["annotations"] = new JsonObject { ["org.opencontainers.unheard"] = "x", ["com.example.thing"] = "" };
        };
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
    });

    [Theory]
    [InlineData("rootfsPropagation", "\"sideways\"")]
    [InlineData("namespaces", "[{\"type\":\"space\"}]")]
    [InlineData("uidMappings", "\"x\"")]
    [InlineData("personality", "{\"domain\":\"BSD\"}")]
    [InlineData("memoryPolicy", "{\"mode\":\"MPOL_NEAR\"}")]
    [InlineData("sysctl", "{\"kernel.panic\":\"1\"}")]
    [InlineData("maskedPaths", "{}")]
    [InlineData("seccomp", "{\"defaultAction\":\"SCMP_ACT_SING\"}")]
    [InlineData("devices", "[{\"path\":\"/dev/x\",\"type\":\"q\",\"major\":1,\"minor\":1}]")]
    [InlineData("timeOffsets", "{\"wall\":{\"secs\":1}}")]
    [Clause("config/valid-values")]
    public Task Invalid_values_are_errors(string field, string value) => Suite.CheckAsync(async bundle =>
    {
        if (field == "timeOffsets") bundle.Namespace("time");
        bundle.Edit = c => c["linux"]![field] = JsonNode.Parse(value);
        await bundle.CreateFailsAsync();
    }, field);

    [Fact]
    [Clause("config/annotations/map", "config/annotations/key", "config/annotations/value", "config/annotations/key-domain")]
    public Task Annotations_are_kept_and_shown() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Annotations = new Dictionary<string, string> { ["com.example.key"] = "value", ["plain"] = "" } };
        await bundle.CreateAsync("true");
        var annotations = (await bundle.StateAsync()).GetProperty("annotations");
        Assert.Equal("value", annotations.GetProperty("com.example.key").GetString());
        Assert.Equal("", annotations.GetProperty("plain").GetString());
    });

    [Theory]
    [InlineData("[\"a\"]")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"a\":{\"b\":\"c\"}}")]
    [Clause("config/annotations/map", "config/annotations/value")]
    public Task Annotations_that_are_no_map_of_texts_are_refused(string annotations) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["annotations"] = JsonNode.Parse(annotations);
        await bundle.CreateFailsAsync();
    }, annotations);

    [Fact]
    [Clause("config/annotations/key-empty")]
    public Task Annotation_without_a_key_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["annotations"] = new JsonObject { [""] = "x" };
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config/annotations/reserved", "config/annotations/stop-signal")]
    public Task Kill_without_a_signal_sends_the_annotated_stop_signal() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Annotations = new Dictionary<string, string> { ["org.opencontainers.image.stopSignal"] = "SIGUSR1" } };
        await bundle.StartAsync("trap 'echo usr1; exit' USR1; trap 'echo term; exit' TERM; echo up > /tmp/up; while :; do sleep 0.01; done");
        await AppearsAsync(bundle.Root + "/tmp/up");
        (await bundle.RawAsync(["kill", bundle.Id])).Succeeded();
        await bundle.UntilAsync("stopped");
        Assert.Equal("usr1\n", bundle.Output);
    });

    /// <summary>Waits for a file.</summary>
    internal static async Task AppearsAsync(string path)
    {
        for (var end = Environment.TickCount64 + 20_000; !File.Exists(path); await Task.Yield()) Assert.True(Environment.TickCount64 < end, $"no {path}");
    }
}
