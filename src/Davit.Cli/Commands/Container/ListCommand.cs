using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;

namespace Davit.Cli.Commands.Container;

/// <summary><c>ps</c>.</summary>
internal static class ListCommand
{
    private const string Default = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";

    internal static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["ID"] = "CONTAINER ID", ["Image"] = "IMAGE", ["Command"] = "COMMAND", ["CreatedAt"] = "CREATED AT", ["RunningFor"] = "CREATED", ["Ports"] = "PORTS", ["State"] = "STATE", ["Status"] = "STATUS",
        ["Size"] = "SIZE", ["Names"] = "NAMES", ["Labels"] = "LABELS", ["Mounts"] = "MOUNTS", ["LocalVolumes"] = "LOCAL VOLUMES", ["Networks"] = "NETWORKS", ["Platform"] = "PLATFORM",
    };

    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        var last = arguments.Is("latest") ? 1 : arguments.Number("last") ?? -1;
        var format = arguments.Value("format") ?? (arguments.Is("quiet") ? null : context.Config.Text("psFormat"));
        var sizes = arguments.Is("size") || format is not null && (format.Contains(".Size", StringComparison.Ordinal) || format.Contains("json .}", StringComparison.Ordinal) || format.Contains("json . ", StringComparison.Ordinal));
        var list = await context.Engine.JsonAsync("GET", "/containers/json" + Query.Of(
            ("all", arguments.Is("all") || last > 0 ? "1" : null), ("limit", last > 0 ? $"{last}" : null), ("size", sizes ? "1" : null), ("filters", Query.Filters(arguments))));
        var full = arguments.Is("no-trunc");
        if (arguments.Is("quiet") && format is null)
        {
            foreach (var item in list.EnumerateArray()) context.Out.WriteLine(Id(item, full));
            return 0;
        }

        Table.Write(context.Out, format, sizes && format is null ? Default + "\t{{.Size}}" : Default, Headings, list.EnumerateArray().Select(item => RowOf(item, full, context.Time)));
        return 0;
    }

    private static string Id(JsonElement item, bool full) => item.GetProperty("Id").GetString()![..(full ? 64 : 12)];

    /// <summary>The fields of a container; <paramref name="ownSize"/> leaves the size of its image out.</summary>
    internal static Row RowOf(JsonElement item, bool full, TimeProvider time, bool ownSize = false)
    {
        var created = DateTimeOffset.FromUnixTimeSeconds(item.GetProperty("Created").GetInt64());
        var command = item.GetProperty("Command").GetString() ?? "";
        if (!full && command.Length > 20) command = command[..19] + "…";
        var labels = item.TryGetProperty("Labels", out var l) && l.ValueKind == JsonValueKind.Object ? l.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal) : [];
        var names = item.GetProperty("Names").EnumerateArray().Select(n => n.GetString()!.TrimStart('/')).Where(n => !n.Contains('/', StringComparison.Ordinal));
        var mounts = item.TryGetProperty("Mounts", out var m) && m.ValueKind == JsonValueKind.Array ? m.EnumerateArray().ToList() : [];
        var networks = item.TryGetProperty("NetworkSettings", out var n) && n.TryGetProperty("Networks", out var attached) && attached.ValueKind == JsonValueKind.Object ? attached.EnumerateObject().Select(p => p.Name) : [];
        var image = item.GetProperty("Image").GetString() ?? "";
        if (!full && image.StartsWith("sha256:", StringComparison.Ordinal)) image = image[7..19];
        return new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Command"] = $"\"{command}\"", ["CreatedAt"] = created.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'"), ["ID"] = Id(item, full), ["Image"] = image,
            ["Labels"] = string.Join(',', labels.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")),
            ["LocalVolumes"] = mounts.Count(v => v.GetProperty("Type").GetString() == "volume").ToString(),
            ["Mounts"] = string.Join(',', mounts.Select(v => v.TryGetProperty("Name", out var name) && name.GetString() is { Length: > 0 } named ? named : v.GetProperty("Source").GetString()).Select(v => full || v!.Length <= 15 ? v : v[..14] + "…")),
            ["Names"] = string.Join(',', names), ["Networks"] = string.Join(',', networks), ["Platform"] = null, ["Ports"] = Ports(item), ["RunningFor"] = Human.Ago(created, time),
            ["Size"] = Size(item, ownSize), ["State"] = item.GetProperty("State").GetString(), ["Status"] = item.GetProperty("Status").GetString(),
        }, key => labels.GetValueOrDefault(key, ""));
    }

    private static string Size(JsonElement item, bool ownOnly)
    {
        var own = item.TryGetProperty("SizeRw", out var rw) ? rw.GetInt64() : 0;
        var all = item.TryGetProperty("SizeRootFs", out var root) ? root.GetInt64() : 0;
        return all > 0 && !ownOnly ? $"{Human.Size(own)} (virtual {Human.Size(all)})" : Human.Size(own);
    }

    /// <summary>Ports as docker shows them: runs of numbers are merged.</summary>
    private static string Ports(JsonElement item)
    {
        if (!item.TryGetProperty("Ports", out var list) || list.ValueKind != JsonValueKind.Array) return "";
        var ports = list.EnumerateArray().Select(p => (
            Ip: p.TryGetProperty("IP", out var ip) ? ip.GetString() ?? "" : "", Public: p.TryGetProperty("PublicPort", out var pub) ? pub.GetInt32() : 0, Private: p.GetProperty("PrivatePort").GetInt32(), Type: p.GetProperty("Type").GetString() ?? "tcp"))
            .OrderBy(p => p.Ip.Length == 0 ? 1 : 0).ThenBy(p => p.Ip, StringComparer.Ordinal).ThenBy(p => p.Type, StringComparer.Ordinal).ThenBy(p => p.Private).ToList();
        var texts = new List<string>();
        for (var i = 0; i < ports.Count;)
        {
            var first = ports[i];
            var last = first;
            var next = i + 1;
            while (next < ports.Count && ports[next].Ip == first.Ip && ports[next].Type == first.Type && ports[next].Private == last.Private + 1 && (first.Public == 0 ? ports[next].Public == 0 : first.Public - first.Private == ports[next].Public - ports[next].Private))
            {
                last = ports[next++];
            }

            string Range(int a, int b) => a == b ? $"{a}" : $"{a}-{b}";
            var host = first.Ip.Contains(':', StringComparison.Ordinal) ? $"[{first.Ip}]" : first.Ip;
            texts.Add(first.Public == 0 ? $"{Range(first.Private, last.Private)}/{first.Type}" : $"{host}:{Range(first.Public, last.Public)}->{Range(first.Private, last.Private)}/{first.Type}");
            i = next;
        }

        return string.Join(", ", texts);
    }
}
