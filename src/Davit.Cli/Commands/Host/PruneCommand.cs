using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Http;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.Primitives;

namespace Davit.Cli.Commands.Host;

/// <summary><c>system prune</c> and <c>builder prune</c>.</summary>
internal static class PruneCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        if (a.Is("volumes") && a.List("filter").Any(f => f.StartsWith("until=", StringComparison.Ordinal))) throw new DavitException(ErrorKind.InvalidArgument, "ERROR: The \"until\" filter is not supported with \"--volumes\"", "prune volumes by themselves");
        if (!Confirm.Ask(context, a, Warning(context, a))) return 1;
        double total = 0;
        async Task Prune(string path, string title, string list)
        {
            using var response = await context.Engine.RequestAsync("POST", path);
            var result = EngineClient.Parse(await response.BytesAsync(CancellationToken.None));
            if (result.TryGetProperty("SpaceReclaimed", out var space)) total += space.GetDouble();
            var shown = new JsonObject { [list] = result.TryGetProperty(list, out var items) ? JsonNode.Parse(items.GetRawText()) : null };
            Confirm.Report(context, EngineClient.Parse(Encoding.UTF8.GetBytes(shown.ToJsonString())), title, list);
        }

        var filters = Query.PruneFilters(context, a);
        await Prune("/containers/prune" + Query.Of(("filters", filters)), "Deleted Containers:", "ContainersDeleted");
        await Prune("/networks/prune" + Query.Of(("filters", filters)), "Deleted Networks:", "NetworksDeleted");
        if (a.Is("volumes")) await Prune("/volumes/prune" + Query.Of(("filters", filters)), "Deleted Volumes:", "VolumesDeleted");
        await Prune("/images/prune" + Query.Of(("filters", Query.PruneFilters(context, a, ("dangling", a.Is("all") ? "false" : "true")))), "Deleted Images:", "ImagesDeleted");
        await Prune("/build/prune" + Query.Of(("all", a.Is("all") ? "1" : null), ("filters", filters)), "Deleted build cache objects:", "CachesDeleted");
        context.Out.WriteLine("Total reclaimed space: " + Human.Size(total));
        return 0;
    }

    internal static async Task<int> BuilderAsync(CliContext context, Arguments a)
    {
        if (!Confirm.Ask(context, a, a.Is("all") ? "WARNING! This will remove all build cache." : "WARNING! This will remove all dangling build cache.")) return 1;
        var keep = a.Value("keep-storage") is { } text ? $"{Human.Bytes(text)}" : null;
        using var response = await context.Engine.RequestAsync("POST", "/build/prune" + Query.Of(("all", a.Is("all") ? "1" : null), ("keep-storage", keep), ("filters", Query.PruneFilters(context, a))));
        Confirm.Report(context, EngineClient.Parse(await response.BytesAsync(CancellationToken.None)), "Deleted build cache objects:", "CachesDeleted");
        return 0;
    }

    private static string Warning(CliContext context, Arguments a)
    {
        var text = new StringBuilder("WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n");
        if (a.Is("volumes")) text.Append("  - all anonymous volumes not used by at least one container\n");
        text.Append(a.Is("all") ? "  - all images without at least one container associated to them\n  - all build cache\n" : "  - all dangling images\n  - unused build cache\n");
        var filters = a.List("filter").Concat(context.Config.List("pruneFilters")).ToList();
        if (filters.Count > 0) text.Append("\n  Items to be pruned will be filtered with:\n").AppendJoin("", filters.Select(f => $"  - {f}\n"));
        return text.ToString();
    }
}
