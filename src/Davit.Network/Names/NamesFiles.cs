using System.Text;
using Davit.Network.Sandboxes;
using Davit.Primitives;

namespace Davit.Network.Names;

/// <summary>One file of names per user-defined network, from which the monitors answer DNS also while no daemon runs; replaced by rename.</summary>
internal sealed class NamesFiles
{
    private readonly Lock _gate = new();
    private readonly string _directory;

    internal NamesFiles(Instance instance)
    {
        _directory = Path.Combine(instance.RunRoot, "names");
        Directory.CreateDirectory(_directory);
    }

    internal string PathOf(string networkId) => Path.Combine(_directory, networkId);

    /// <summary>Writes the names of a network as the endpoints are now.</summary>
    /// <param name="network">The network.</param>
    /// <param name="endpoints">Asked under the lock, so that the last writer writes the last state.</param>
    internal void Write(NetworkModel network, Func<IEnumerable<EndpointRecord>> endpoints)
    {
        lock (_gate)
        {
            var text = new StringBuilder();
            foreach (var endpoint in endpoints())
            {
                foreach (var address in endpoint.Addresses)
                {
                    foreach (var name in endpoint.DnsNames)
                    {
                        text.Append(address).Append(' ').Append(name).Append('\n');
                        text.Append(address).Append(' ').Append(name).Append('.').Append(network.Name).Append('\n');
                    }
                }
            }

            var path = PathOf(network.Id);
            File.WriteAllText(path + ".new", text.ToString());
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    internal void Remove(string networkId)
    {
        lock (_gate)
        {
            File.Delete(PathOf(networkId));
        }
    }

    /// <summary>Removes files of networks that are not among these.</summary>
    internal void Sweep(IReadOnlySet<string> networkIds)
    {
        foreach (var path in Directory.EnumerateFiles(_directory))
        {
            if (!networkIds.Contains(Path.GetFileName(path)))
            {
                File.Delete(path);
            }
        }
    }
}
