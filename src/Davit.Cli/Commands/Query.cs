using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands;

/// <summary>Query strings.</summary>
internal static class Query
{
    /// <summary><c>?a=b&amp;c=d</c> of the values that are not null; empty when all are.</summary>
    internal static string Of(params ReadOnlySpan<(string Name, string? Value)> values)
    {
        var parts = new List<string>();
        foreach (var (name, value) in values)
        {
            if (value is not null) parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    /// <summary>The API's JSON of <c>--filter key=value</c> flags; null without any.</summary>
    internal static string? Filters(Arguments arguments, params ReadOnlySpan<(string Key, string Value)> more) => Filters(arguments.List("filter"), more);

    /// <summary>The same for prunes: <c>pruneFilters</c> of config.json come first, except where a flag names the same key with the same sense.</summary>
    internal static string? PruneFilters(CliContext context, Arguments arguments, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var given = arguments.List("filter");
        return Filters([.. context.Config.List("pruneFilters").Where(f => !given.Any(g => Opposes(g, f))), .. given], more);
    }

    /// <summary>True for <c>label=x</c> and <c>label!=x</c>: what is typed wins over what is configured.</summary>
    private static bool Opposes(string given, string configured) => given == configured || given.Replace("label!=", "label=", StringComparison.Ordinal) == configured.Replace("label!=", "label=", StringComparison.Ordinal);

    private static string? Filters(IReadOnlyList<string> all, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var filters = new JsonObject();
        void Add(string key, string value)
        {
            if (filters[key] is not JsonObject values) filters[key] = values = [];
            values[value] = true;
        }

        foreach (var filter in all)
        {
            var equal = filter.IndexOf('=', StringComparison.Ordinal);
            if (equal < 0) continue;
            Add(filter[..equal].Trim().ToLowerInvariant(), filter[(equal + 1)..].Trim());
        }

        foreach (var (key, value) in more) Add(key, value);
        return filters.Count == 0 ? null : filters.ToJsonString();
    }
}
