using Davit.DockerApi.Events;
using Davit.Engine.Filters;

namespace Davit.Engine.Events;

/// <summary>Docker's filters on events.</summary>
internal static class EventFilter
{
    public static void Validate(FilterSet filters) =>
        filters.Validate("action", "config", "container", "daemon", "event", "image", "label", "network", "node", "plugin", "scope", "secret", "service", "type", "volume");

    public static bool Accepts(FilterSet filters, EventMessage message) =>
        Action(filters, message.Action)
        && filters.Exact("type", message.Type)
        && filters.Exact("scope", message.Scope ?? "")
        && filters.Labels(message.Actor.Attributes)
        && Thing(filters, message, "container")
        && Thing(filters, message, "volume")
        && Thing(filters, message, "network")
        && Thing(filters, message, "daemon")
        && Thing(filters, message, "plugin")
        && Thing(filters, message, "service")
        && Thing(filters, message, "node")
        && Thing(filters, message, "secret")
        && Thing(filters, message, "config")
        && Image(filters, message);

    /// <summary>An action with a detail (<c>exec_start: sh</c>) is also found by its word alone.</summary>
    private static bool Action(FilterSet filters, string action)
    {
        if (!filters.Has("event") && !filters.Has("action")) return true;
        var colon = action.IndexOf(':', StringComparison.Ordinal);
        var word = colon < 0 ? action : action[..colon];
        return filters["event"].Concat(filters["action"]).Any(wanted => wanted == action || wanted == word);
    }

    private static bool Thing(FilterSet filters, EventMessage message, string type)
    {
        if (!filters.Has(type)) return true;
        if (message.Type != type) return false;
        var name = message.Actor.Attributes?.GetValueOrDefault("name") ?? "";
        return filters[type].Any(wanted => wanted == message.Actor.ID || wanted == name
            || (wanted.Length >= 2 && message.Actor.ID.StartsWith(wanted, StringComparison.Ordinal)));
    }

    private static bool Image(FilterSet filters, EventMessage message)
    {
        if (!filters.Has("image")) return true;
        var name = message.Actor.Attributes?.GetValueOrDefault(message.Type == "image" ? "name" : "image") ?? "";
        return filters["image"].Any(wanted => wanted == message.Actor.ID || wanted == name || wanted == WithoutTag(name) || wanted == WithoutTag(message.Actor.ID));
    }

    private static string WithoutTag(string name)
    {
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
