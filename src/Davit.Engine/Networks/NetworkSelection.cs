using Davit.Engine.Filters;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Engine.Networks;

/// <summary>Docker's filters on networks.</summary>
public static class NetworkSelection
{
    /// <summary>Networks that filters select.</summary>
    public static IReadOnlyList<NetworkModel> Select(IEnumerable<NetworkModel> networks, FilterSet filters)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(filters);
        filters.Validate("dangling", "driver", "id", "label", "name", "scope", "type");
        var dangling = filters.Boolean("dangling");
        foreach (var type in filters["type"])
        {
            if (type is not ("builtin" or "custom")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid filter: 'type'='{type}'");
        }

        return
        [
            .. networks.Where(network => (dangling is null || dangling == (!network.Predefined && network.Endpoints.Count == 0))
                && filters.Exact("driver", network.Driver)
                && (!filters.Has("id") || filters["id"].Any(id => network.Id.StartsWith(id, StringComparison.Ordinal)))
                && filters.Labels(network.Labels)
                && filters.Match("name", network.Name)
                && filters.Exact("scope", "local")
                && filters.Exact("type", network.Predefined ? "builtin" : "custom")),
        ];
    }

    /// <summary>Networks that a prune removes: of the user's, without containers, old enough, with and without the labels asked for.</summary>
    public static IReadOnlyList<NetworkModel> Prunable(IEnumerable<NetworkModel> networks, FilterSet filters, Func<NetworkModel, bool> isUsed, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(filters);
        ArgumentNullException.ThrowIfNull(isUsed);
        filters.Validate("label", "label!", "until");
        var until = filters.Moment("until", time);
        return [.. networks.Where(network => !network.Predefined && !isUsed(network) && (until is null || network.Created <= until)
            && filters.Labels(network.Labels) && filters.LabelsAbsent(network.Labels))];
    }
}
