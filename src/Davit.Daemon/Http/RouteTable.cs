namespace Davit.Daemon.Http;

/// <summary>Answers a request.</summary>
internal delegate Task ApiHandler(ApiRequest request);

/// <summary>
/// Routes of the API. A pattern is a path with <c>{part}</c> for one segment and <c>{part*}</c> for one or more, which image names need
/// (<c>/images/{name*}/json</c>); of the routes that fit, the first one mapped is taken.
/// </summary>
internal sealed class RouteTable
{
    private readonly Dictionary<(string Method, string First), List<Route>> _routes = [];

    /// <summary>Adds a route.</summary>
    public RouteTable Map(string method, string pattern, ApiHandler handler)
    {
        var segments = Split(pattern);
        if (!_routes.TryGetValue((method, segments[0]), out var list)) _routes[(method, segments[0])] = list = [];
        list.Add(new Route(segments, handler));
        return this;
    }

    /// <summary>GET, and HEAD with it.</summary>
    public RouteTable Get(string pattern, ApiHandler handler) => Map("GET", pattern, handler);

    /// <summary>POST.</summary>
    public RouteTable Post(string pattern, ApiHandler handler) => Map("POST", pattern, handler);

    /// <summary>DELETE.</summary>
    public RouteTable Delete(string pattern, ApiHandler handler) => Map("DELETE", pattern, handler);

    /// <summary>Finds the handler of a request and the parts of its path, or null.</summary>
    public (ApiHandler Handler, IReadOnlyDictionary<string, string> Parts)? Find(string method, string path)
    {
        var segments = Split(path);
        if (segments.Length == 0 || !_routes.TryGetValue((method, segments[0]), out var list)) return null;
        foreach (var route in list)
        {
            if (route.Match(segments) is { } parts) return (route.Handler, parts);
        }

        return null;
    }

    private static string[] Split(string path) => path.Trim('/').Split('/', StringSplitOptions.None) is [""] ? [] : path.Trim('/').Split('/');

    private sealed record Route(string[] Pattern, ApiHandler Handler)
    {
        private readonly int _open = Array.FindIndex(Pattern, segment => segment.EndsWith("*}", StringComparison.Ordinal));

        public Dictionary<string, string>? Match(string[] segments)
        {
            if (_open < 0 ? segments.Length != Pattern.Length : segments.Length < Pattern.Length) return null;
            var parts = new Dictionary<string, string>();
            var surplus = segments.Length - Pattern.Length;
            for (int i = 0, at = 0; i < Pattern.Length; i++)
            {
                var taken = i == _open ? surplus + 1 : 1;
                var text = taken == 1 ? segments[at] : string.Join('/', segments[at..(at + taken)]);
                at += taken;
                if (Pattern[i][0] != '{')
                {
                    if (Pattern[i] != text) return null;
                    continue;
                }

                if (text.Length == 0) return null;
                // an encoded slash is the only thing that the server leaves encoded in a path
                parts[Pattern[i].Trim('{', '}', '*')] = text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            }

            return parts;
        }
    }
}
