using Davit.Cli.Commands.Image;
using Davit.Cli.Http;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Container;

/// <summary><c>commit</c>.</summary>
internal static class CommitCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var target = a.Words.Count > 1 ? a.Words[1] : "";
        if (target.Length > 0) ImageNames.Check(target);
        var colon = target.LastIndexOf(':');
        var (repository, tag) = colon > target.LastIndexOf('/') ? (target[..colon], target[(colon + 1)..]) : (target, "");
        var query = Query.Of(("container", a.Words[0]), ("repo", repository), ("tag", tag), ("comment", a.Value("message")), ("author", a.Value("author")), ("pause", a.Is("no-pause") || (a.Has("pause") && !a.Is("pause")) ? "0" : "1"));
        foreach (var change in a.List("change")) query += "&changes=" + Uri.EscapeDataString(change);
        using var response = await context.Engine.RequestAsync("POST", "/commit" + query);
        context.Out.WriteLine(EngineClient.Parse(await response.BytesAsync(CancellationToken.None)).GetProperty("Id").GetString());
        return 0;
    }
}
