using System.Globalization;
using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;

namespace Davit.Cli.Commands.Container;

/// <summary><c>stats</c>.</summary>
internal static class StatsCommand
{
    private const string Default = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["Container"] = "CONTAINER", ["Name"] = "NAME", ["ID"] = "CONTAINER ID", ["CPUPerc"] = "CPU %", ["MemUsage"] = "MEM USAGE / LIMIT", ["NetIO"] = "NET I/O", ["BlockIO"] = "BLOCK I/O", ["MemPerc"] = "MEM %", ["PIDs"] = "PIDS",
    };

    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var live = !arguments.Is("no-stream");
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1), context.Time);
        do
        {
            var names = arguments.Words.Count > 0 ? arguments.Words : await AllAsync(context, arguments.Is("all"));
            var rows = new List<ITemplateRecord>();
            foreach (var stats in await Task.WhenAll(names.Select(n => OneAsync(context, n)))) rows.Add(RowOf(stats, arguments.Is("no-trunc")));
            if (live && context.OutIsTerminal) context.Out.Write("\u001b[2J\u001b[H");
            Table.Write(context.Out, arguments.Value("format"), Default, Headings, rows);
            context.Out.Flush();
        }
        while (live && await tick.WaitForNextTickAsync());
        return 0;
    }

    private static async Task<List<string>> AllAsync(CliContext context, bool stopped) =>
        [.. (await context.Engine.JsonAsync("GET", "/containers/json" + (stopped ? "?all=1" : ""))).EnumerateArray().Select(c => c.GetProperty("Id").GetString()!)];

    private static async Task<JsonElement> OneAsync(CliContext context, string name)
    {
        using var engine = context.NewEngine();
        return await engine.JsonAsync("GET", $"/containers/{name}/stats?stream=0");
    }

    private static double Number(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element)) return 0;
        }

        return element.ValueKind == JsonValueKind.Number ? element.GetDouble() : 0;
    }

    private static ITemplateRecord RowOf(JsonElement stats, bool full)
    {
        var cpu = Number(stats, "cpu_stats", "cpu_usage", "total_usage") - Number(stats, "precpu_stats", "cpu_usage", "total_usage");
        var system = Number(stats, "cpu_stats", "system_cpu_usage") - Number(stats, "precpu_stats", "system_cpu_usage");
        var online = Math.Max(1, Number(stats, "cpu_stats", "online_cpus"));
        var percent = cpu > 0 && system > 0 ? cpu / system * online * 100 : 0;
        var cache = Math.Max(Number(stats, "memory_stats", "stats", "total_inactive_file"), Number(stats, "memory_stats", "stats", "inactive_file"));
        var used = Math.Max(0, Number(stats, "memory_stats", "usage") - cache);
        var limit = Number(stats, "memory_stats", "limit");
        var (received, sent) = (0.0, 0.0);
        if (stats.TryGetProperty("networks", out var networks) && networks.ValueKind == JsonValueKind.Object)
        {
            foreach (var network in networks.EnumerateObject()) (received, sent) = (received + Number(network.Value, "rx_bytes"), sent + Number(network.Value, "tx_bytes"));
        }

        var (read, written) = (0.0, 0.0);
        if (stats.TryGetProperty("blkio_stats", out var blkio) && blkio.TryGetProperty("io_service_bytes_recursive", out var entries) && entries.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in entries.EnumerateArray())
            {
                var op = entry.GetProperty("op").GetString() ?? "";
                if (op.StartsWith("r", StringComparison.OrdinalIgnoreCase)) read += Number(entry, "value");
                if (op.StartsWith("w", StringComparison.OrdinalIgnoreCase)) written += Number(entry, "value");
            }
        }

        static string Percent(double value) => value.ToString("F2", CultureInfo.InvariantCulture) + "%";
        var id = stats.TryGetProperty("id", out var i) ? i.GetString() ?? "" : "";
        return new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["BlockIO"] = $"{Human.Size(read)} / {Human.Size(written)}", ["CPUPerc"] = Percent(percent), ["Container"] = full || id.Length < 12 ? id : id[..12], ["ID"] = full || id.Length < 12 ? id : id[..12], ["MemPerc"] = Percent(limit > 0 ? used / limit * 100 : 0),
            ["MemUsage"] = $"{Human.BinarySize(used)} / {Human.BinarySize(limit)}", ["Name"] = stats.TryGetProperty("name", out var name) ? name.GetString()?.TrimStart('/') : "", ["NetIO"] = $"{Human.Size(received)} / {Human.Size(sent)}",
            ["PIDs"] = Number(stats, "pids_stats", "current").ToString("F0", CultureInfo.InvariantCulture),
        });
    }
}
