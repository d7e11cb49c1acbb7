using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Cli.Commands.Network;

/// <summary>network create, ls, inspect, connect, disconnect, rm, prune.</summary>
internal static class NetworkCommands
{
    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["ID"] = "NETWORK ID", ["Name"] = "NAME", ["Driver"] = "DRIVER", ["Scope"] = "SCOPE", ["IPv4"] = "IPV4", ["IPv6"] = "IPV6", ["Internal"] = "INTERNAL", ["Labels"] = "LABELS", ["CreatedAt"] = "CREATED AT",
    };

    internal static async Task<int> CreateAsync(CliContext context, Arguments a)
    {
        var pools = new JsonArray();
        var subnets = a.List("subnet");
        for (var i = 0; i < subnets.Count; i++)
        {
            var pool = new JsonObject { ["Subnet"] = subnets[i] };
            if (i < a.List("gateway").Count) pool["Gateway"] = a.List("gateway")[i];
            if (i < a.List("ip-range").Count) pool["IPRange"] = a.List("ip-range")[i];
            if (i == 0 && a.List("aux-address").Count > 0) pool["AuxiliaryAddresses"] = Pairs(a.List("aux-address"));
            pools.Add((JsonNode)pool);
        }

        var request = new JsonObject
        {
            ["Name"] = a.Words[0], ["Driver"] = a.Value("driver") ?? "bridge", ["Scope"] = a.Value("scope") ?? "", ["Internal"] = a.Is("internal"), ["Attachable"] = a.Is("attachable"), ["Ingress"] = a.Is("ingress"), ["ConfigOnly"] = a.Is("config-only"),
            ["Options"] = Pairs(a.List("opt")), ["Labels"] = Pairs(a.List("label")), ["IPAM"] = new JsonObject { ["Driver"] = a.Value("ipam-driver") ?? "default", ["Options"] = Pairs(a.List("ipam-opt")), ["Config"] = pools },
        };
        if (a.Has("ipv6")) request["EnableIPv6"] = a.Is("ipv6");
        if (a.Has("ipv4")) request["EnableIPv4"] = a.Is("ipv4");
        if (a.Value("config-from") is { } from) request["ConfigFrom"] = new JsonObject { ["Network"] = from };
        var created = await Json.PostAsync(context, "/networks/create", request);
        context.Out.WriteLine(created.GetProperty("Id").GetString());
        return 0;
    }

    internal static async Task<int> ListAsync(CliContext context, Arguments a)
    {
        var list = await context.Engine.JsonAsync("GET", "/networks" + Query.Of(("filters", Query.Filters(a))));
        var full = a.Is("no-trunc");
        var items = list.EnumerateArray().OrderBy(n => n.GetProperty("Name").GetString(), StringComparer.Ordinal).ToList();
        if (a.Is("quiet") && a.Value("format") is null)
        {
            foreach (var item in items) context.Out.WriteLine(Id(item, full));
            return 0;
        }

        Table.Write(context.Out, a.Value("format") ?? context.Config.Text("networksFormat"), "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}", Headings, items.Select(item =>
        {
            var labels = item.TryGetProperty("Labels", out var l) && l.ValueKind == JsonValueKind.Object ? l.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal) : [];
            return (ITemplateRecord)new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["CreatedAt"] = GoTime(item.GetProperty("Created").GetString()!), ["Driver"] = item.GetProperty("Driver").GetString(), ["ID"] = Id(item, full), ["IPv4"] = item.TryGetProperty("EnableIPv4", out var v4) ? v4.GetRawText() : "true", ["IPv6"] = item.GetProperty("EnableIPv6").GetRawText(),
                ["Internal"] = item.GetProperty("Internal").GetRawText(), ["Labels"] = string.Join(',', labels.Select(p => $"{p.Key}={p.Value}")), ["Name"] = item.GetProperty("Name").GetString(), ["Scope"] = item.GetProperty("Scope").GetString(),
            }, key => labels.GetValueOrDefault(key, ""));
        }));
        return 0;
    }

    internal static Task<int> InspectAsync(CliContext context, Arguments a) => Inspection.RunAsync(context, a.Words, a.Value("format"), name => context.Engine.JsonAsync("GET", $"/networks/{name}" + (a.Is("verbose") ? "?verbose=true" : "")));

    internal static Task<int> RemoveAsync(CliContext context, Arguments a) => RemoveEachAsync(context, a);

    private static async Task<int> RemoveEachAsync(CliContext context, Arguments a)
    {
        var code = await Each.DoAsync(context, a.Words, async name =>
        {
            try
            {
                await context.Engine.DoAsync("DELETE", $"/networks/{name}");
                context.Out.WriteLine(name);
            }
            catch (DavitException e) when (a.Is("force") && e.Kind == ErrorKind.NotFound)
            {
                // gone already is what force asks for
            }
        }, print: false);
        if (code != 0) context.Error.WriteLine("exit status 1");
        return code;
    }

    internal static async Task<int> ConnectAsync(CliContext context, Arguments a)
    {
        var endpoint = new JsonObject();
        var addresses = new JsonObject();
        if (a.Value("ip") is { } ip) addresses["IPv4Address"] = ip;
        if (a.Value("ip6") is { } ip6) addresses["IPv6Address"] = ip6;
        if (a.Has("link-local-ip")) addresses["LinkLocalIPs"] = Json.Array(a.List("link-local-ip"));
        if (addresses.Count > 0) endpoint["IPAMConfig"] = addresses;
        if (a.Has("alias")) endpoint["Aliases"] = Json.Array(a.List("alias"));
        if (a.Has("link")) endpoint["Links"] = Json.Array(a.List("link"));
        if (a.Has("driver-opt")) endpoint["DriverOpts"] = Pairs(a.List("driver-opt"));
        if (a.Number("gw-priority") is { } priority) endpoint["GwPriority"] = priority;
        await Json.PostAsync(context, $"/networks/{a.Words[0]}/connect", new JsonObject { ["Container"] = a.Words[1], ["EndpointConfig"] = endpoint });
        return 0;
    }

    internal static async Task<int> DisconnectAsync(CliContext context, Arguments a)
    {
        await Json.PostAsync(context, $"/networks/{a.Words[0]}/disconnect", new JsonObject { ["Container"] = a.Words[1], ["Force"] = a.Is("force") });
        return 0;
    }

    internal static async Task<int> PruneAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, "WARNING! This will remove all custom networks not used by at least one container.")) return 1;
        using var response = await context.Engine.RequestAsync("POST", "/networks/prune" + Query.Of(("filters", Query.PruneFilters(context, a))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted Networks:", "NetworksDeleted");
        return 0;
    }

    /// <summary>A time as Go prints it: <c>2026-11-28 10:33:42.1295829 +0000 UTC</c>.</summary>
    private static string GoTime(string text)
    {
        var fraction = text.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? text[dot..].TrimEnd('Z') : "";
        return text.EndsWith('Z') && text.Length > 19 ? $"{text[..10]} {text[11..19]}{fraction.TrimEnd('0').TrimEnd('.')} +0000 UTC" : text;
    }

    private static string Id(JsonElement item, bool full) => item.GetProperty("Id").GetString() is { } id && (full || id.Length < 12) ? id : item.GetProperty("Id").GetString()![..12];

    internal static JsonObject Pairs(IReadOnlyList<string> values)
    {
        var pairs = new JsonObject();
        foreach (var value in values) pairs[value.Split('=', 2)[0]] = value.Contains('=', StringComparison.Ordinal) ? value.Split('=', 2)[1] : "";
        return pairs;
    }
}
