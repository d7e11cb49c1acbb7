using System.Globalization;
using System.Text.Json;
using Davit.Cli.Commands.Container;
using Davit.Cli.Commands.Image;
using Davit.Cli.Commands.Volume;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;

namespace Davit.Cli.Commands.Host;

/// <summary><c>system df</c>: a line a kind, or with <c>-v</c> a line an object.</summary>
internal static class DiskUsageCommand
{
    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal) { ["Type"] = "TYPE", ["TotalCount"] = "TOTAL", ["Active"] = "ACTIVE", ["Size"] = "SIZE", ["Reclaimable"] = "RECLAIMABLE" };

    private static readonly Dictionary<string, string> CacheHeadings = new(StringComparer.Ordinal)
    {
        ["ID"] = "CACHE ID", ["CacheType"] = "CACHE TYPE", ["Size"] = "SIZE", ["CreatedSince"] = "CREATED", ["LastUsedSince"] = "LAST USED", ["UsageCount"] = "USAGE", ["Shared"] = "SHARED", ["InUse"] = "IN USE", ["Description"] = "DESCRIPTION", ["Parent"] = "PARENT",
    };

    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var usage = await context.Engine.JsonAsync("GET", "/system/df");
        List<JsonElement> List(string name) => usage.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
        var (images, containers, volumes, cache) = (List("Images"), List("Containers"), List("Volumes"), List("BuildCache"));
        if (a.Is("verbose"))
        {
            Verbose(context, a, images, containers, volumes, cache);
            return 0;
        }

        var layers = usage.TryGetProperty("LayersSize", out var size) ? size.GetDouble() : 0;
        var unusedImages = images.Where(i => Number(i, "Containers") <= 0).Sum(i => Number(i, "Size") - Math.Max(0, Number(i, "SharedSize")));
        Table.Write(context.Out, a.Value("format"), "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}", Headings,
        [
            Line("Images", images.Count, images.Count(i => Number(i, "Containers") > 0), layers, unusedImages),
            Line("Containers", containers.Count, containers.Count(Lives), containers.Sum(c => Number(c, "SizeRw")), containers.Where(c => !Lives(c)).Sum(c => Number(c, "SizeRw"))),
            Line("Local Volumes", volumes.Count, volumes.Count(v => OfVolume(v, "RefCount") > 0), volumes.Sum(v => OfVolume(v, "Size")), volumes.Where(v => OfVolume(v, "RefCount") <= 0).Sum(v => OfVolume(v, "Size"))),
            Line("Build Cache", cache.Count, cache.Count(InUse), cache.Sum(c => Number(c, "Size")), cache.Where(c => !InUse(c)).Sum(c => Number(c, "Size"))),
        ]);
        return 0;
    }

    private static void Verbose(CliContext context, Arguments a, List<JsonElement> images, List<JsonElement> containers, List<JsonElement> volumes, List<JsonElement> cache)
    {
        var imageRows = images.SelectMany(i => ImageListCommand.Rows(i, full: false, digests: false, context.Time)).ToList();
        var containerRows = containers.Select(c => ListCommand.RowOf(c, full: false, context.Time, ownSize: true)).ToList();
        var volumeRows = volumes.Select(VolumeCommands.RowOf).ToList();
        var cacheRows = cache.Select(c => CacheRow(c, context.Time)).ToList();
        if (a.Value("format") is { } format and not "table")
        {
            var all = new Row(new Dictionary<string, object?>(StringComparer.Ordinal) { ["BuildCache"] = cacheRows, ["Containers"] = containerRows, ["Images"] = imageRows, ["Volumes"] = volumeRows });
            context.Out.WriteLine(Formats.Execute(Formats.Parse(format == "json" ? "{{json .}}" : format), all));
            return;
        }

        context.Out.WriteLine("Images space usage:\n");
        Table.Write(context.Out, null, "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}", ImageListCommand.Headings, imageRows);
        context.Out.WriteLine("\nContainers space usage:\n");
        Table.Write(context.Out, null, "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}", ListCommand.Headings, containerRows);
        context.Out.WriteLine("\nLocal Volumes space usage:\n");
        Table.Write(context.Out, null, "{{.Name}}\t{{.Links}}\t{{.Size}}", VolumeCommands.Headings, volumeRows);
        context.Out.WriteLine($"\nBuild cache usage: {Human.Size(cache.Sum(c => Number(c, "Size")))}\n");
        Table.Write(context.Out, null, "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}", CacheHeadings, cacheRows);
    }

    private static Row CacheRow(JsonElement item, TimeProvider time)
    {
        string Text(string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        string Since(string name) => DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, out var moment) ? Human.Ago(moment, time) : "";
        string Truth(string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True ? "true" : "false";
        var id = Text("ID");
        return new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["CacheType"] = Text("Type"), ["CreatedSince"] = Since("CreatedAt"), ["Description"] = Text("Description"), ["ID"] = (id.Length > 12 ? id[..12] : id) + (InUse(item) ? "*" : ""), ["InUse"] = Truth("InUse"), ["LastUsedSince"] = Since("LastUsedAt"),
            ["Parent"] = Text("Parent"), ["Shared"] = Truth("Shared"), ["Size"] = Human.Size(Number(item, "Size")), ["UsageCount"] = Number(item, "UsageCount").ToString(CultureInfo.InvariantCulture),
        });
    }

    private static Row Line(string type, int total, int active, double bytes, double free) => new(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["Active"] = $"{active}", ["Reclaimable"] = Human.Size(Math.Max(0, free)) + (bytes > 0 && type != "Build Cache" ? $" ({(int)(Math.Max(0, Math.Min(free, bytes)) / bytes * 100)}%)" : ""), ["Size"] = Human.Size(bytes, type == "Images" ? 4 : 3), ["TotalCount"] = $"{total}", ["Type"] = type,
    });

    private static double Number(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static double OfVolume(JsonElement volume, string name) => volume.TryGetProperty("UsageData", out var data) && data.ValueKind == JsonValueKind.Object ? Math.Max(0, Number(data, name)) : 0;

    private static bool InUse(JsonElement cache) => cache.TryGetProperty("InUse", out var used) && used.ValueKind == JsonValueKind.True;

    private static bool Lives(JsonElement container) => container.GetProperty("State").GetString() is "running" or "paused" or "restarting";
}
