using System.Collections.Concurrent;
using Davit.Storage.Documents;

namespace Davit.Network.Tests;

/// <summary>Documents that outlive a service, as the disk would keep them.</summary>
internal sealed class MemoryDocuments : IDocumentStore
{
    private readonly ConcurrentDictionary<(string, string), byte[]> _all = new();

    public IReadOnlyDictionary<string, byte[]> LoadAll(string collection) =>
        _all.Where(pair => pair.Key.Item1 == collection).ToDictionary(pair => pair.Key.Item2, pair => pair.Value);

    public Task WriteAsync(IReadOnlyList<DocumentChange> changes, CancellationToken cancellation)
    {
        foreach (var change in changes)
        {
            if (change.Value is null)
            {
                _all.TryRemove((change.Collection, change.Key), out _);
            }
            else
            {
                _all[(change.Collection, change.Key)] = change.Value;
            }
        }

        return Task.CompletedTask;
    }
}
