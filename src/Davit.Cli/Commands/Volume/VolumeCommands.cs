using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Commands.Network;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Volume;

/// <summary>volume create, ls, inspect, rm, prune.</summary>
internal static class VolumeCommands
{
    internal static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["Name"] = "VOLUME NAME", ["Driver"] = "DRIVER", ["Scope"] = "SCOPE", ["Mountpoint"] = "MOUNTPOINT", ["Labels"] = "LABELS", ["Links"] = "LINKS", ["Size"] = "SIZE", ["Group"] = "GROUP", ["Availability"] = "AVAILABILITY", ["Status"] = "STATUS",
    };

    internal static async Task<int> CreateAsync(CliContext context, Arguments a)
    {
        if (a.Command.Flags.FirstOrDefault(f => f.Name is not ("driver" or "label" or "opt") && a.Has(f.Name)) is { } cluster) throw new DavitException(ErrorKind.NotImplemented, $"--{cluster.Name} is for cluster volumes, which need a swarm", "use --driver, --label and --opt");
        var created = await Json.PostAsync(context, "/volumes/create", new JsonObject { ["Name"] = a.Words.Count > 0 ? a.Words[0] : "", ["Driver"] = a.Value("driver") ?? "local", ["DriverOpts"] = NetworkCommands.Pairs(a.List("opt")), ["Labels"] = NetworkCommands.Pairs(a.List("label")) });
        context.Out.WriteLine(created.GetProperty("Name").GetString());
        return 0;
    }

    internal static async Task<int> ListAsync(CliContext context, Arguments a)
    {
        var list = (await context.Engine.JsonAsync("GET", "/volumes" + Query.Of(("filters", Query.Filters(a))))).GetProperty("Volumes");
        var items = list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().OrderBy(v => v.GetProperty("Name").GetString(), StringComparer.Ordinal).ToList() : [];
        if (a.Is("quiet") && a.Value("format") is null)
        {
            foreach (var item in items) context.Out.WriteLine(item.GetProperty("Name").GetString());
            return 0;
        }

        Table.Write(context.Out, a.Value("format") ?? context.Config.Text("volumesFormat"), "{{.Driver}}\t{{.Name}}", Headings, items.Select(RowOf));
        return 0;
    }

    internal static Task<int> InspectAsync(CliContext context, Arguments a) => Inspection.RunAsync(context, a.Words, a.Value("format"), name => context.Engine.JsonAsync("GET", $"/volumes/{name}"));

    internal static Task<int> RemoveAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, name => context.Engine.DoAsync("DELETE", $"/volumes/{name}" + (a.Is("force") ? "?force=1" : "")));

    internal static async Task<int> PruneAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, a.Is("all") ? "WARNING! This will remove all local volumes not used by at least one container." : "WARNING! This will remove anonymous local volumes not used by at least one container.")) return 1;
        using var response = await context.Engine.RequestAsync("POST", "/volumes/prune" + Query.Of(("filters", a.Is("all") ? Query.PruneFilters(context, a, ("all", "true")) : Query.PruneFilters(context, a))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted Volumes:", "VolumesDeleted");
        return 0;
    }

    internal static Row RowOf(JsonElement item)
    {
        var labels = item.TryGetProperty("Labels", out var l) && l.ValueKind == JsonValueKind.Object ? l.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal) : [];
        var usage = item.TryGetProperty("UsageData", out var u) && u.ValueKind == JsonValueKind.Object ? u : (JsonElement?)null;
        return new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Availability"] = "N/A", ["Driver"] = item.GetProperty("Driver").GetString(), ["Group"] = "N/A", ["Labels"] = string.Join(',', labels.Select(p => $"{p.Key}={p.Value}")), ["Links"] = usage?.GetProperty("RefCount").GetInt64().ToString(CultureInfo.InvariantCulture) ?? "N/A",
            ["Mountpoint"] = item.GetProperty("Mountpoint").GetString(), ["Name"] = item.GetProperty("Name").GetString(), ["Scope"] = item.GetProperty("Scope").GetString(), ["Size"] = usage is { } data ? Human.Size(data.GetProperty("Size").GetDouble()) : "N/A", ["Status"] = "N/A",
        }, key => labels.GetValueOrDefault(key, ""));
    }
}
