using Davit.Engine.Filters;
using Davit.Images;

namespace Davit.Daemon.Endpoints;

/// <summary>A request's filters as the image service reads them.</summary>
internal static class ImageFilters
{
    /// <summary>All fields but those that the caller has dealt with.</summary>
    public static ImageFilter Of(FilterSet filters, params string[] without) =>
        ImageFilter.Parse(filters.Fields.Where(field => !without.Contains(field)).ToDictionary(field => field, field => filters[field]));
}
