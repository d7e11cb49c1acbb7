using System.Text.Json;
using Davit.Primitives;

namespace Davit.Cli.Completion;

/// <summary>Names that the engine knows now. When it does not answer there are none: completion is silent, and starts no daemon.</summary>
internal static class LiveNames
{
    internal static Task<IReadOnlyList<(string Name, string Description)>> ContainersAsync(CliContext context, bool running = false) => AskAsync(context, running ? "/containers/json" : "/containers/json?all=1",
        list => list.EnumerateArray().SelectMany(c => c.GetProperty("Names").EnumerateArray().Select(n => (n.GetString()!.TrimStart('/'), $"{Text(c, "Image")}, {Text(c, "Status")}"))).Where(n => !n.Item1.Contains('/', StringComparison.Ordinal)));

    internal static Task<IReadOnlyList<(string Name, string Description)>> ImagesAsync(CliContext context) => AskAsync(context, "/images/json",
        list => list.EnumerateArray().Where(i => i.GetProperty("RepoTags").ValueKind == JsonValueKind.Array).SelectMany(i => i.GetProperty("RepoTags").EnumerateArray()).Select(t => (t.GetString()!, "")));

    internal static Task<IReadOnlyList<(string Name, string Description)>> NetworksAsync(CliContext context) => AskAsync(context, "/networks",
        list => list.EnumerateArray().Select(n => (Text(n, "Name"), Text(n, "Driver"))));

    internal static Task<IReadOnlyList<(string Name, string Description)>> VolumesAsync(CliContext context) => AskAsync(context, "/volumes",
        all => all.GetProperty("Volumes") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(v => (Text(v, "Name"), Text(v, "Driver"))) : []);

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString() ?? "";

    private static async Task<IReadOnlyList<(string, string)>> AskAsync(CliContext context, string path, Func<JsonElement, IEnumerable<(string, string)>> read)
    {
        try
        {
            using var engine = context.NewEngine();
            return [.. read(await engine.JsonAsync("GET", path))];
        }
        catch (Exception e) when (e is DavitException or InvalidOperationException or IOException or KeyNotFoundException)
        {
            return [];
        }
    }
}
