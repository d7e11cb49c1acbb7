using System.Globalization;
using System.Text.Json;
using Davit.Cli.Output;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Host;

/// <summary><c>events</c>.</summary>
internal static class EventsCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var template = a.Value("format") is { } format ? Formats.Parse(format == "json" ? "{{json .}}" : format) : null;
        using var response = await context.Engine.RequestAsync("GET", "/events" + Query.Of(("since", Times.ToApi(a.Value("since"), context.Time)), ("until", Times.ToApi(a.Value("until"), context.Time)), ("filters", Query.Filters(a))));
        await foreach (var item in JsonLines.ReadAsync(response.Body, CancellationToken.None))
        {
            context.Out.WriteLine(template is not null ? Formats.Execute(template, item) : Line(item));
            context.Out.Flush();
        }

        return 0;
    }

    private static string Line(JsonElement item)
    {
        var actor = item.GetProperty("Actor");
        var attributes = actor.TryGetProperty("Attributes", out var all) && all.ValueKind == JsonValueKind.Object ? string.Join(", ", all.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value.GetString()}")) : "";
        var nanoseconds = item.GetProperty("timeNano").GetInt64();
        var moment = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToLocalTime();
        var zone = moment.Offset == TimeSpan.Zero ? "Z" : moment.ToString("zzz", CultureInfo.InvariantCulture);
        return $"{moment.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)}{nanoseconds % 100:d2}{zone} {item.GetProperty("Type").GetString()} {item.GetProperty("Action").GetString()} {actor.GetProperty("ID").GetString()}{(attributes.Length > 0 ? $" ({attributes})" : "")}";
    }
}
