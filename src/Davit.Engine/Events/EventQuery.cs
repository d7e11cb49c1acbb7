using Davit.Engine.Filters;

namespace Davit.Engine.Events;

/// <summary>Which events to deliver.</summary>
public sealed record EventQuery
{
    /// <summary>From when on, of those still remembered; null for new ones only.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Ends the delivery at this moment; null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Fields: action/event, type, container, image, volume, network, daemon, plugin, scope, label.</summary>
    public FilterSet Filters { get; init; } = FilterSet.Empty;
}
