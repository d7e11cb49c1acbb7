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
    internal static string? Filters(Arguments arguments, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var filters = new JsonObject();
        void Add(string key, string value)
        {
            if (filters[key] is not JsonObject values) filters[key] = values = [];
            values[value] = true;
        }

        foreach (var filter in arguments.List("filter"))
        {
            var equal = filter.IndexOf('=', StringComparison.Ordinal);
            if (equal < 0) throw new UsageException(arguments, $"invalid argument \"{filter}\" for \"{arguments.Spelled("filter")}\" flag: invalid filter '{filter}'");
            Add(filter[..equal].Trim().ToLowerInvariant(), filter[(equal + 1)..].Trim());
        }

        foreach (var (key, value) in more) Add(key, value);
        return filters.Count == 0 ? null : filters.ToJsonString();
    }
}
