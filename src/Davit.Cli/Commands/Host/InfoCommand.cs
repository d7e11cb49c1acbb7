using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Output;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Host;

/// <summary><c>info</c>.</summary>
internal static class InfoCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var template = a.Value("format") is { } format and not "json" ? Formats.Parse(format) : null;
        var info = await context.Engine.JsonAsync("GET", "/info");
        var current = EndpointChoice.ContextName(context.Globals, context.Config);
        if (a.Value("format") is not null)
        {
            var all = JsonNode.Parse(info.GetRawText())!.AsObject();
            all["ClientInfo"] = new JsonObject { ["Debug"] = context.Globals.Is("debug"), ["Version"] = CommandDispatcher.Version, ["Context"] = current, ["Os"] = "linux", ["Arch"] = "amd64", ["Plugins"] = new JsonArray(), ["Warnings"] = null };
            using var document = JsonDocument.Parse(all.ToJsonString());
            context.Out.WriteLine(template is null ? document.RootElement.GetRawText() : Formats.Execute(template, document.RootElement));
            return 0;
        }

        context.Out.WriteLine($"Client: Davit\n Version:    {CommandDispatcher.Version}\n Context:    {current}\n Debug Mode: {(context.Globals.Is("debug") ? "true" : "false")}\n\nServer:");
        context.Out.Write(Describe(info));
        if (info.TryGetProperty("Warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array) foreach (var warning in warnings.EnumerateArray()) context.Error.WriteLine(warning.GetString());
        return 0;
    }

    private static string Describe(JsonElement info)
    {
        string T(string name) => info.TryGetProperty(name, out var value) ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : value.ToString() : "";
        IEnumerable<JsonElement> List(JsonElement of, string name) => of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
        var text = new StringBuilder();
        void Line(int indent, string name, string value)
        {
            if (value.Length > 0) text.Append(' ', indent).Append(name).Append(": ").Append(value).Append('\n');
        }

        Line(1, "Containers", T("Containers"));
        Line(2, "Running", T("ContainersRunning"));
        Line(2, "Paused", T("ContainersPaused"));
        Line(2, "Stopped", T("ContainersStopped"));
        Line(1, "Images", T("Images"));
        Line(1, "Server Version", T("ServerVersion"));
        Line(1, "Storage Driver", T("Driver"));
        foreach (var pair in List(info, "DriverStatus")) Line(2, pair[0].GetString()!, pair[1].GetString()!);
        Line(1, "Logging Driver", T("LoggingDriver"));
        Line(1, "Cgroup Driver", T("CgroupDriver"));
        Line(1, "Cgroup Version", T("CgroupVersion"));
        if (info.TryGetProperty("Plugins", out var plugins))
        {
            text.Append(" Plugins:\n");
            foreach (var kind in (ReadOnlySpan<string>)["Volume", "Network", "Log"]) Line(2, kind, string.Join(' ', List(plugins, kind).Select(p => p.GetString())));
        }

        if (info.TryGetProperty("Runtimes", out var runtimes) && runtimes.ValueKind == JsonValueKind.Object) Line(1, "Runtimes", string.Join(' ', runtimes.EnumerateObject().Select(r => r.Name)));
        Line(1, "Default Runtime", T("DefaultRuntime"));
        Line(1, "Init Binary", T("InitBinary"));
        var security = List(info, "SecurityOptions").Select(o => o.GetString()!).ToList();
        if (security.Count > 0) text.Append(" Security Options:\n");
        foreach (var option in security)
        {
            var fields = option.Split(',').Select(f => f.Split('=', 2)).Where(f => f.Length == 2).ToList();
            text.Append("  ").Append(fields.FirstOrDefault(f => f[0] == "name")?[1] ?? option).Append('\n');
            foreach (var field in fields.Where(f => f[0] != "name")) Line(3, char.ToUpperInvariant(field[0][0]) + field[0][1..], field[1]);
        }

        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("Kernel Version", "KernelVersion"), ("Operating System", "OperatingSystem"), ("OSType", "OSType"), ("Architecture", "Architecture"), ("CPUs", "NCPU")]) Line(1, name, T(key));
        Line(1, "Total Memory", Human.BinarySize(info.TryGetProperty("MemTotal", out var memory) ? memory.GetDouble() : 0));
        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("Name", "Name"), ("ID", "ID"), ("Docker Root Dir", "DockerRootDir"), ("Debug Mode", "Debug"), ("HTTP Proxy", "HttpProxy"), ("HTTPS Proxy", "HttpsProxy"), ("No Proxy", "NoProxy")]) Line(1, name, T(key));
        Line(1, "Experimental", T("ExperimentalBuild"));
        if (info.TryGetProperty("RegistryConfig", out var registries))
        {
            text.Append(" Insecure Registries:\n");
            if (registries.TryGetProperty("IndexConfigs", out var indexes) && indexes.ValueKind == JsonValueKind.Object) foreach (var index in indexes.EnumerateObject().Where(i => i.Value.TryGetProperty("Secure", out var secure) && secure.ValueKind == JsonValueKind.False)) text.Append($"  {index.Name}\n");
            foreach (var network in List(registries, "InsecureRegistryCIDRs")) text.Append($"  {network.GetString()}\n");
            var mirrors = List(registries, "Mirrors").ToList();
            if (mirrors.Count > 0) text.Append(" Registry Mirrors:\n");
            foreach (var mirror in mirrors) text.Append($"  {mirror.GetString()}\n");
        }

        Line(1, "Live Restore Enabled", T("LiveRestoreEnabled"));
        return text.ToString();
    }
}
