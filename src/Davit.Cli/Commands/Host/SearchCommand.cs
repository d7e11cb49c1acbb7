using System.Globalization;
using System.Text.Json;
using Davit.Cli.Commands.Image;
using Davit.Cli.Output;
using Davit.Cli.Parsing;
using Davit.GoTemplate;

namespace Davit.Cli.Commands.Host;

/// <summary><c>search</c>: what the engine's registry answers.</summary>
internal static class SearchCommand
{
    private const int Shown = 45;

    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal) { ["Name"] = "NAME", ["Description"] = "DESCRIPTION", ["StarCount"] = "STARS", ["IsOfficial"] = "OFFICIAL", ["IsAutomated"] = "AUTOMATED" };

    internal static async Task<int> RunAsync(CliContext context, Arguments a)
    {
        var found = await context.Engine.JsonAsync("GET", "/images/search" + Query.Of(("term", a.Words[0]), ("limit", a.Value("limit")), ("filters", Query.Filters(a))), PullCommand.Authorization(context, a.Words[0]));
        if (found.ValueKind != JsonValueKind.Array) return 0;
        Table.Write(context.Out, a.Value("format"), "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}", Headings, found.EnumerateArray().Select(item =>
        {
            var text = (item.GetProperty("description").GetString() ?? "").Replace('\n', ' ').Replace('\r', ' ');
            if (!a.Is("no-trunc") && text.Length > Shown) text = text[..(Shown - 1)] + "…";
            string Mark(string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True ? "[OK]" : "";
            return (ITemplateRecord)new Row(new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["Description"] = text, ["IsAutomated"] = Mark("is_automated"), ["IsOfficial"] = Mark("is_official"), ["Name"] = item.GetProperty("name").GetString(), ["StarCount"] = item.GetProperty("star_count").GetInt32().ToString(CultureInfo.InvariantCulture),
            });
        }));
        return 0;
    }
}
