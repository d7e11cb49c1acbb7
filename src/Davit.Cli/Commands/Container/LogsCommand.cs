using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Container;

/// <summary><c>logs</c>.</summary>
internal static class LogsCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var tty = (await context.Engine.JsonAsync("GET", $"/containers/{a.Words[0]}/json")).GetProperty("Config").GetProperty("Tty").GetBoolean();
        using var response = await context.Engine.RequestAsync("GET", $"/containers/{a.Words[0]}/logs" + Query.Of(
            ("stdout", "1"), ("stderr", "1"), ("follow", a.Is("follow") ? "1" : null), ("timestamps", a.Is("timestamps") ? "1" : null), ("details", a.Is("details") ? "1" : null),
            ("tail", a.Value("tail")), ("since", Times.ToApi(a.Value("since"), context.Time, "since")), ("until", Times.ToApi(a.Value("until"), context.Time, "until"))));
        if (tty) await response.Body.CopyToAsync(context.RawOut);
        else await Attachment.DemultiplexAsync(response.Body.ReadAsync, context.RawOut, context.RawError, CancellationToken.None);
        return 0;
    }
}
