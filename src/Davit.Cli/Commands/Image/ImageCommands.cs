using System.Text.Json;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;
using Davit.Primitives;

namespace Davit.Cli.Commands.Image;

/// <summary>history, tag, rmi, save, load, import, prune.</summary>
internal static class ImageCommands
{
    private const string Columns = "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";

    private static readonly Dictionary<string, string> HistoryHeadings = new(StringComparer.Ordinal)
    {
        ["ID"] = "IMAGE", ["CreatedSince"] = "CREATED", ["CreatedAt"] = "CREATED AT", ["CreatedBy"] = "CREATED BY", ["Size"] = "SIZE", ["Comment"] = "COMMENT",
    };

    internal static async Task<int> HistoryAsync(CliContext context, Arguments a)
    {
        var list = await context.Engine.JsonAsync("GET", $"/images/{PullCommand.Escape(a.Words[0])}/history" + Query.Of(("platform", Platforms.ToApi(a.Value("platform")))));
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

        Table.Write(context.Out, a.Value("format"), human ? Columns : Columns.Replace("CreatedSince", "CreatedAt", StringComparison.Ordinal), HistoryHeadings, rows);
        return 0;
    }

    internal static async Task<int> TagAsync(CliContext context, Arguments a)
    {
        ImageNames.Check(a.Words[0]);
        try
        {
            ImageNames.Check(a.Words[1]);
        }
        catch (DavitException e)
        {
            throw new DavitException(e.Kind, $"Error parsing reference: \"{a.Words[1]}\" is not a valid repository/tag: {e.Message}", e.Hint, e);
        }

        var (repository, tag) = PullCommand.Split(a.Words[1]);
        await context.Engine.DoAsync("POST", $"/images/{PullCommand.Escape(a.Words[0])}/tag" + Query.Of(("repo", repository), ("tag", tag)));
        return 0;
    }

    internal static Task<int> RemoveAsync(CliContext context, Arguments a) => Each.DoAsync(context, a.Words, async name =>
    {
        JsonElement removed;
        try
        {
            removed = await context.Engine.JsonAsync("DELETE", $"/images/{PullCommand.Escape(name)}" + Query.Of(("force", a.Is("force") ? "1" : null), ("noprune", a.Is("no-prune") ? "1" : null), ("platforms", Platforms.ToApi(a.Value("platform")) is { } platform ? $"[{platform}]" : null)));
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
        if (a.Value("output") is { } output) OutputFile.Check(output, "failed to save image");
        var query = "?" + string.Join('&', a.Words.Select(n => "names=" + Uri.EscapeDataString(n)));
        if (a.Value("platform") is { } platform) query += "&platform=" + Uri.EscapeDataString(Platforms.ToApi(platform)!);
        using var response = await context.Engine.RequestAsync("GET", "/images/get" + query);
        await OutputFile.WriteAsync(context, a.Value("output"), response.Body);
        return 0;
    }

    internal static async Task<int> LoadAsync(CliContext context, Arguments a)
    {
        if (a.Value("input") is null && context.InIsTerminal) throw new DavitException(ErrorKind.InvalidArgument, "requested load from stdin, but stdin is empty", "davit load -i file.tar");
        var platform = Platforms.ToApi(a.Value("platform"));
        await using var input = a.Value("input") is { } path ? Open(path) : context.RawIn;
        using var response = await context.Engine.RequestAsync("POST", "/images/load" + Query.Of(("quiet", a.Is("quiet") ? "1" : "0"), ("platform", platform)), input, "application/x-tar");
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
        if (!Confirm.Ask(context, a, a.Is("all") ? "WARNING! This will remove all images without at least one container associated to them." : "WARNING! This will remove all dangling images.")) return 1;
        using var response = await context.Engine.RequestAsync("POST", "/images/prune" + Query.Of(("filters", Query.PruneFilters(context, a, ("dangling", a.Is("all") ? "false" : "true")))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted Images:", "ImagesDeleted");
        return 0;
    }

    private static FileStream Open(string path) => File.Exists(path) ? File.OpenRead(path) : throw new DavitException(ErrorKind.NotFound, $"open {path}: no such file or directory", "check the path");
}
