using System.Globalization;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Engine.Filters;
using Davit.Primitives;

namespace Davit.Engine.Containers.Views;

/// <summary>Docker's filters on the list of containers.</summary>
internal sealed class ListFilter
{
    private static readonly string[] States = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
    private static readonly string[] HealthStates = ["none", "starting", "healthy", "unhealthy"];

    private readonly FilterSet _filters;
    private readonly int _limit;
    private readonly bool _all;
    private readonly HashSet<int> _exitCodes = [];
    private readonly HashSet<string>? _images;
    private readonly DateTimeOffset? _before;
    private readonly DateTimeOffset? _since;
    private readonly HashSet<string> _networks = new(StringComparer.Ordinal);

    public ListFilter(ListOptions options, Func<string, ContainerModel> find, EngineServices services)
    {
        _filters = options.Filters;
        _limit = options.Limit;
        _filters.Validate("ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network", "publish", "since", "status", "volume");
        foreach (var code in _filters["exited"])
        {
            if (!int.TryParse(code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) throw Invalid("exited", code, $": strconv.Atoi: parsing \"{code}\": invalid syntax");
            _exitCodes.Add(number);
        }

        foreach (var status in _filters["status"]) if (!States.Contains(status)) throw Invalid("status", status, $": invalid value for state ({status}): must be one of {string.Join(", ", States)}");
        foreach (var health in _filters["health"]) if (!HealthStates.Contains(health)) throw Invalid("health", health, $": invalid value for health ({health}): must be one of {string.Join(", ", HealthStates)}");
        foreach (var field in (ReadOnlySpan<string>)["publish", "expose"])
        {
            foreach (var ports in _filters[field]) _ = Range(field, ports).First();
        }

        if (_filters.Boolean("is-task") is true) _limit = -1; // no tasks without a swarm
        if (_filters.Has("before")) _before = _filters["before"].Min(name => find(name).Created);
        if (_filters.Has("since")) _since = _filters["since"].Max(name => find(name).Created);
        if (_filters.Has("ancestor")) _images = Ancestors(_filters["ancestor"], services);
        foreach (var network in _filters["network"])
        {
            _networks.Add(network);
            if (services.Networks.List().FirstOrDefault(candidate => candidate.Name == network || candidate.Id.StartsWith(network, StringComparison.Ordinal)) is { } known) _networks.Add(known.Name);
        }

        _all = options.All || options.Limit > 0 || _filters.Has("status") || _filters.Has("exited") || _filters.Has("before") || _filters.Has("since");
    }

    public bool IsFull(int count) => _limit < 0 && _filters.Boolean("is-task") is true || (_limit > 0 && count >= _limit);

    public bool Accepts(ContainerModel model)
    {
        var state = model.State;
        if (!_all && !state.Running) return false;
        if (_exitCodes.Count > 0 && (state.Running || state.StartedAt == default || !_exitCodes.Contains(state.ExitCode))) return false;
        return _filters.Exact("status", state.Status)
            && (!_filters.Has("health") || _filters["health"].Contains(state.Health?.Status ?? "none"))
            && (!_filters.Has("id") || _filters["id"].Any(id => model.Id.StartsWith(id, StringComparison.Ordinal)) || _filters.Match("id", model.Id))
            && (_filters.Match("name", model.Name) || _filters.Match("name", model.SlashName))
            && _filters.Labels(model.Config.Labels)
            && (_before is null || model.Created < _before)
            && (_since is null || model.Created > _since)
            && (_images is null || _images.Contains(model.ImageId))
            && (!_filters.Has("isolation") || _filters["isolation"].Contains(model.HostConfig.Isolation))
            && (_networks.Count == 0 || model.Networks.Any(pair => _networks.Contains(pair.Key) || _networks.Contains(pair.Value.NetworkID)))
            && (!_filters.Has("volume") || model.Mounts.Any(mount => _filters["volume"].Contains(mount.Volume ?? mount.Source) || _filters["volume"].Contains(mount.Destination)))
            && Ports("publish", model.HostConfig.PortBindings?.Keys ?? [])
            && Ports("expose", model.Config.ExposedPorts?.Keys ?? []);
    }

    private bool Ports(string field, IEnumerable<string> ports)
    {
        if (!_filters.Has(field)) return true;
        var known = ports.Select(PortSpec.Parse).ToHashSet();
        return _filters[field].Any(wanted => Range(field, wanted).Any(known.Contains));
    }

    private static IEnumerable<PortSpec> Range(string field, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var range = (slash < 0 ? text : text[..slash]).Split('-');
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..];
        if (!ushort.TryParse(range[0], out var first) || !ushort.TryParse(range[^1], out var last) || range.Length > 2) throw new DavitException(ErrorKind.InvalidArgument, $"error while looking up for {field} {text}: \"{text}\" is no port and no range of ports");
        for (int port = first; port <= last; port++) yield return new PortSpec((ushort)port, protocol);
    }

    /// <summary>The images that are named, and all that were made from them: their layers begin with the same ones.</summary>
    private static HashSet<string> Ancestors(IReadOnlyList<string> names, EngineServices services)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (services.Images.Find(name) is not { } ancestor) continue;
            ids.Add(ancestor.Id.ToString());
            var layers = ancestor.Config.RootFs.DiffIds;
            foreach (var image in services.Images.List())
            {
                if (image.Parent == ancestor.Id || (layers.Count > 0 && image.Config.RootFs.DiffIds.Count > layers.Count && image.Config.RootFs.DiffIds.Take(layers.Count).SequenceEqual(layers))) ids.Add(image.Id.ToString());
            }
        }

        return ids;
    }

    private static DavitException Invalid(string field, string value, string reason = "") => new(ErrorKind.InvalidArgument, $"invalid filter '{field}={value}'{reason}");
}
