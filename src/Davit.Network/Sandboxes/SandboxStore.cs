using System.Text.Json;
using Davit.Network.Networks;
using Davit.Primitives;

namespace Davit.Network.Sandboxes;

/// <summary>Sandboxes of running containers: in memory, and a small file each in the run-time directory, replaced by rename.</summary>
internal sealed class SandboxStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SandboxRecord> _records = [];
    private readonly string _directory;

    internal SandboxStore(Instance instance)
    {
        _directory = Path.Combine(instance.RunRoot, "network");
        Directory.CreateDirectory(_directory);
    }

    internal IReadOnlyList<SandboxRecord> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _records.Values];
            }
        }
    }

    /// <summary>Reads what an earlier daemon left; a file that is not whole is no sandbox.</summary>
    internal void Load()
    {
        lock (_gate)
        {
            foreach (var path in Directory.EnumerateFiles(_directory))
            {
                try
                {
                    if (path.EndsWith(".json", StringComparison.Ordinal) && JsonSerializer.Deserialize(File.ReadAllBytes(path), NetworkJson.Default.SandboxRecord) is { } record)
                    {
                        _records[record.ContainerId] = record;
                        continue;
                    }
                }
                catch (JsonException)
                {
                    // cut off by a power failure
                }

                File.Delete(path);
            }
        }
    }

    internal SandboxRecord? Find(string containerId)
    {
        lock (_gate)
        {
            return _records.GetValueOrDefault(containerId);
        }
    }

    internal void Put(SandboxRecord record)
    {
        var path = PathOf(record.ContainerId);
        lock (_gate)
        {
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(record, NetworkJson.Default.SandboxRecord));
            File.Move(path + ".new", path, overwrite: true);
            _records[record.ContainerId] = record;
        }
    }

    internal void Remove(string containerId)
    {
        lock (_gate)
        {
            _records.Remove(containerId);
            File.Delete(PathOf(containerId));
        }
    }

    private string PathOf(string containerId) => Path.Combine(_directory, containerId + ".json");
}
