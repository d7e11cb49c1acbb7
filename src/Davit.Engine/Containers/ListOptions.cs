using Davit.Engine.Filters;

namespace Davit.Engine.Containers;

/// <summary>Which containers to list.</summary>
public sealed record ListOptions
{
    /// <summary>Also those that don't run.</summary>
    public bool All { get; init; }

    /// <summary>Only the last created ones; 0 or less for no limit.</summary>
    public int Limit { get; init; }

    /// <summary>Count the bytes of their root file systems.</summary>
    public bool Size { get; init; }

    /// <summary>Filters.</summary>
    public FilterSet Filters { get; init; } = FilterSet.Empty;
}
