using System.Text.Json;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Cli.Commands.Image;

/// <summary>images, history, tag, rmi, save, load, import, prune.</summary>
internal static class ImageCommands
{
    private static readonly Dictionary<string, string> ListHeadings = new(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE ID", ["Repository"] = "REPOSITORY", ["Tag"] = "TAG", ["Digest"] = "DIGEST", ["CreatedSince"] = "CREATED", ["CreatedAt"] = "CREATED AT", ["Size"] = "SIZE", ["Containers"] = "CONTAINERS", ["VirtualSize"] = "SIZE", ["SharedSize"] = "SHARED SIZE", ["UniqueSize"] = "UNIQUE SIZE",
    };

    private static readonly Dictionary<string, string> HistoryHeadings = new(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE", ["CreatedSince"] = "CREATED", ["CreatedAt"] = "CREATED AT", ["CreatedBy"] = "CREATED BY", ["Size"] = "SIZE", ["Comment"] = "COMMENT",
    };

    internal static async Task<int> ListAsync(CliContext context, Arguments a)
    {
        var filters = a.Words.Count > 0 ? Query.Filters(a, ("reference", a.Words[0])) : Query.Filters(a);
        var list = await context.Engine.JsonAsync("GET", "/images/json" + Query.Of(("all", a.Is("all") ? "1" : null), ("filters", filters)));
        var full = a.Is("no-trunc");
        var rows = list.EnumerateArray().SelectMany(i => Rows(i, full, a.Is("digests"), context.Time)).ToList();
        if (a.Is("quiet") && a.Value("format") is null)
        {
            foreach (var row in rows) context.Out.WriteLine(row.TryGet("ID", [], out var id) ? id : "");
            return 0;
        }

        Table.Write(context.Out, a.Value("format") ?? context.Config.Text("imagesFormat"), a.Is("digests") ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}" : "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}", ListHeadings, rows);
        return 0;
    }

    internal static async Task<int> HistoryAsync(CliContext context, Arguments a)
    {
        var list = await context.Engine.JsonAsync("GET", $"/images/{PullCommand.Escape(a.Words[0])}/history" + Query.Of(("platform", a.Value("platform"))));
        var full = a.Is("no-trunc");
        var human = !a.Has("human") || a.Is("human");
        var rows = list.EnumerateArray().Select(item =>
        {
            var id = item.GetProperty("Id").GetString() ?? "";
            var by = (item.GetProperty("CreatedBy").GetString() ?? "").Replace('\t', ' ');
            var created = DateTimeOffset.FromUnixTimeSeconds(item.GetProperty("Created").GetInt64());
            return new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["Comment"] = item.GetProperty("Comment").GetString(), ["CreatedAt"] = created.ToString("yyyy-MM-ddTHH:mm:ssZ"), ["CreatedBy"] = full || by.Length <= 45 ? by : by[..44] + "…", ["CreatedSince"] = human ? Human.Ago(created, context.Time) : created.ToString("yyyy-MM-ddTHH:mm:ssZ"),
                ["ID"] = full || !id.StartsWith("sha256:", StringComparison.Ordinal) ? id : id[7..19], ["Size"] = human ? Human.Size(item.GetProperty("Size").GetDouble()) : item.GetProperty("Size").GetInt64().ToString(),
            });
        }).ToList();
        if (a.Is("quiet"))
        {
            foreach (var row in rows) context.Out.WriteLine(row.TryGet("ID", [], out var id) ? id : "");
            return 0;
        }

        Table.Write(context.Out, a.Value("format"), "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}", HistoryHeadings, rows);
        return 0;
    }

    internal static async Task<int> TagAsync(CliContext context, Arguments a)
    {
        var (repository, tag) = PullCommand.Split(a.Words[1]);
        await context.Engine.DoAsync("POST", $"/images/{PullCommand.Escape(a.Words[0])}/tag" + Query.Of(("repo", repository), ("tag", tag)));
        return 0;
    }

    internal static Task<int> RemoveAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, async name =>
    {
        JsonElement removed;
        try
        {
            removed = await context.Engine.JsonAsync("DELETE", $"/images/{PullCommand.Escape(name)}" + Query.Of(("force", a.Is("force") ? "1" : null), ("noprune", a.Is("no-prune") ? "1" : null)));
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound && a.Is("force"))
        {
            context.Error.WriteLine(e.Message);
            return;
        }

        foreach (var item in removed.EnumerateArray())
        {
            if (item.TryGetProperty("Deleted", out var deleted) && deleted.GetString() is { Length: > 0 } id) context.Out.WriteLine("Deleted: " + id);
            else if (item.TryGetProperty("Untagged", out var untagged)) context.Out.WriteLine("Untagged: " + untagged.GetString());
        }
    }, print: false);

    internal static async Task<int> SaveAsync(CliContext context, Arguments a)
    {
        if (a.Value("output") is null && context.OutIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "cowardly refusing to save to a terminal. Use the -o flag or redirect", "davit save -o file.tar IMAGE");
        var query = "?" + string.Join('&', a.Words.Select(n => "names=" + Uri.EscapeDataString(n)));
        if (a.Value("platform") is { } platform) query += "&platform=" + Uri.EscapeDataString(platform);
        using var response = await context.Engine.RequestAsync("GET", "/images/get" + query);
        await OutputFile.WriteAsync(context, a.Value("output"), response.Body);
        return 0;
    }

    internal static async Task<int> LoadAsync(CliContext context, Arguments a)
    {
        if (a.Value("input") is null && context.InIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "requested load from stdin, but stdin is empty", "davit load -i file.tar");
        await using var input = a.Value("input") is { } path ? Open(path) : context.RawIn;
        using var response = await context.Engine.RequestAsync("POST", "/images/load" + Query.Of(("quiet", a.Is("quiet") ? "1" : "0"), ("platform", a.Value("platform"))), input, "application/x-tar");
        await new ProgressDisplay(context.Out, context.OutIsTerminal).ShowAsync(response.Body, null, CancellationToken.None);
        return 0;
    }

    internal static async Task<int> ImportAsync(CliContext context, Arguments a)
    {
        var (repository, tag) = a.Words.Count > 1 ? PullCommand.Split(a.Words[1]) : ("", "");
        var source = a.Words[0];
        var remote = source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);
        await using var input = remote ? Stream.Null : source == "-" ? context.RawIn : Open(source);
        var query = Query.Of(("fromSrc", remote ? source : "-"), ("repo", repository), ("tag", repository.Length > 0 && tag != "latest" ? tag : a.Words.Count > 1 && a.Words[1].EndsWith(":latest", StringComparison.Ordinal) ? tag : repository.Length > 0 ? "latest" : null), ("message", a.Value("message")), ("platform", a.Value("platform")));
        foreach (var change in a.List("change")) query += "&changes=" + Uri.EscapeDataString(change);
        using var response = await context.Engine.RequestAsync("POST", "/images/create" + query, remote ? null : input, "application/x-tar");
        await new ProgressDisplay(context.Out, context.OutIsTerminal).ShowAsync(response.Body, null, CancellationToken.None);
        return 0;
    }

    internal static async Task<int> PruneAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, a.Is("all") ? "WARNING! This will remove all images without at least one container associated to them." : "WARNING! This will remove all dangling images.")) return 0;
        using var response = await context.Engine.RequestAsync("POST", "/images/prune" + Query.Of(("filters", Query.Filters(a, ("dangling", a.Is("all") ? "false" : "true")))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted Images:", "ImagesDeleted");
        return 0;
    }

    private static FileStream Open(string path) => File.Exists(path) ? File.OpenRead(path) : throw new DavitException(ErrorKind.NotFound, $"open {path}: no such file or directory", "check the path");

    private static IEnumerable<ITemplateRecord> Rows(JsonElement image, bool full, bool digests, TimeProvider time)
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
                    ["ID"] = full ? id : id[7..19], ["Repository"] = repository, ["SharedSize"] = "N/A", ["Size"] = Human.Size(image.GetProperty("Size").GetDouble()), ["Tag"] = tag, ["UniqueSize"] = "N/A", ["VirtualSize"] = Human.Size(image.GetProperty("Size").GetDouble()),
                });
            }
        }
    }

    private static IEnumerable<string> Texts(JsonElement item, string name) => item.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(t => t.GetString()!) : [];
}
