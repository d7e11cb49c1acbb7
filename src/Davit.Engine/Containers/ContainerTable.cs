using System.Collections.Concurrent;
using Davit.Primitives;

namespace Davit.Engine.Containers;

/// <summary>All containers by id and by name. A name is taken before its container is made, so that two never get the same.</summary>
internal sealed class ContainerTable
{
    private readonly ConcurrentDictionary<string, Container> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _idByName = new(StringComparer.Ordinal);

    public IEnumerable<Container> All => _byId.Values;

    /// <summary>By id, name, or unique prefix of an id.</summary>
    /// <exception cref="DavitException">NotFound: <c>No such container: x</c>; InvalidArgument: several ids have the prefix.</exception>
    public Container Get(string idOrName) => Find(idOrName) ?? throw new DavitException(ErrorKind.NotFound, $"No such container: {idOrName}");

    public Container? Find(string idOrName)
    {
        if (_byId.TryGetValue(idOrName, out var byId)) return byId;
        var name = idOrName.StartsWith('/') ? idOrName[1..] : idOrName;
        if (_idByName.TryGetValue(name, out var id) && _byId.TryGetValue(id, out var byName)) return byName;
        if (idOrName.Length is 0 or > 64 || !idOrName.All(char.IsAsciiHexDigitLower)) return null;
        Container? found = null;
        foreach (var container in _byId.Values)
        {
            if (!container.Id.StartsWith(idOrName, StringComparison.Ordinal)) continue;
            if (found is not null) throw new DavitException(ErrorKind.InvalidArgument, $"Multiple IDs found with provided prefix: {idOrName}");
            found = container;
        }

        return found;
    }

    public bool IsNameTaken(string name) => _idByName.ContainsKey(name);

    /// <exception cref="DavitException">Conflict, in Docker's words.</exception>
    public void TakeName(string name, string id)
    {
        if (_idByName.TryAdd(name, id)) return;
        throw new DavitException(
            ErrorKind.Conflict,
            $"Conflict. The container name \"/{name}\" is already in use by container \"{_idByName.GetValueOrDefault(name)}\". You have to remove (or rename) that container to be able to reuse that name.");
    }

    public void FreeName(string name, string id) => _idByName.TryRemove(new KeyValuePair<string, string>(name, id));

    public void Add(Container container) => _byId[container.Id] = container;

    public void Remove(Container container)
    {
        _byId.TryRemove(container.Id, out _);
        FreeName(container.Model.Name, container.Id);
    }
}
