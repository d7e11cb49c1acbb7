using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Image;

/// <summary><c>images</c>.</summary>
internal static class ImageListCommand
{
    internal static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE ID", ["Repository"] = "REPOSITORY", ["Tag"] = "TAG", ["Digest"] = "DIGEST", ["CreatedSince"] = "CREATED", ["CreatedAt"] = "CREATED AT", ["Size"] = "SIZE", ["Containers"] = "CONTAINERS", ["VirtualSize"] = "SIZE", ["SharedSize"] = "SHARED SIZE", ["UniqueSize"] = "UNIQUE SIZE",
    };

    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var filters = a.Words.Count > 0 ? Query.Filters(a, ("reference", a.Words[0])) : Query.Filters(a);
        var list = await context.Engine.JsonAsync("GET", "/images/json" + Query.Of(("all", a.Is("all") ? "1" : null), ("filters", filters), ("manifests", a.Is("tree") ? "1" : null)));
        if (a.Is("tree")) return ImageTreeView.Write(context, a, list);
        var full = a.Is("no-trunc");
        var rows = list.EnumerateArray().SelectMany(i => Rows(i, full, a.Is("digests"), context.Time)).ToList();
        if (a.Is("quiet") && a.Value("format") is null)
        {
            foreach (var row in rows) context.Out.WriteLine(row.TryGet("ID", [], out var id) ? id : "");
            return 0;
        }

        Table.Write(context.Out, a.Value("format") ?? context.Config.Text("imagesFormat"), a.Is("digests") ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}" : "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}", Headings, rows);
        return 0;
    }

    internal static IEnumerable<Row> Rows(JsonElement image, bool full, bool digests, TimeProvider time)
    {
        var id = image.GetProperty("Id").GetString()!;
        var created = DateTimeOffset.FromUnixTimeSeconds(image.GetProperty("Created").GetInt64());
        var tags = Texts(image, "RepoTags").Where(t => t != "<none>:<none>").ToList();
        var byRepository = Texts(image, "RepoDigests").Where(d => d != "<none>@<none>").Select(d => d.Split('@')).GroupBy(d => d[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(d => d[1]).ToList(), StringComparer.Ordinal);
        var names = tags.Select(PullCommand.Split).ToList();
        if (names.Count == 0) names = byRepository.Count > 0 ? [.. byRepository.Keys.Select(r => (r, "<none>"))] : [("<none>", "<none>")];
        foreach (var (repository, tag) in names)
        {
            foreach (var digest in digests && byRepository.TryGetValue(repository, out var known) ? known : ["<none>"])
            {
                yield return new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["Containers"] = image.TryGetProperty("Containers", out var c) && c.GetInt64() >= 0 ? c.GetInt64().ToString() : "N/A", ["CreatedAt"] = created.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'"), ["CreatedSince"] = Human.Ago(created, time), ["Digest"] = digest,
                    ["ID"] = full ? id : id[7..19], ["Repository"] = repository, ["SharedSize"] = Shared(image, "SharedSize"), ["Size"] = Human.Size(image.GetProperty("Size").GetDouble()), ["Tag"] = tag, ["UniqueSize"] = Unique(image), ["VirtualSize"] = Human.Size(image.GetProperty("Size").GetDouble(), 4),
                });
            }
        }
    }

    private static string Shared(JsonElement image, string name) => image.TryGetProperty(name, out var size) && size.GetDouble() is var bytes and >= 0 ? Human.Size(bytes, 4) : "N/A";

    private static string Unique(JsonElement image) => image.TryGetProperty("SharedSize", out var shared) && shared.GetDouble() is var bytes and >= 0 ? Human.Size(image.GetProperty("Size").GetDouble() - bytes, 4) : "N/A";

    private static IEnumerable<string> Texts(JsonElement item, string name) => item.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(t => t.GetString()!) : [];
}
