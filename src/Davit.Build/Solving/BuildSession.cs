using System.Collections.Concurrent;
using System.Security.Cryptography;
using Davit.Build.Cache;
using Davit.Build.Context;
using Davit.Build.Trees;

namespace Davit.Build.Solving;

/// <summary>What lives as long as one build: its context, trees that it reads, pinned layers, temporary files.</summary>
internal sealed class BuildSession(BuilderServices services, BuildContext context, bool noCache) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<SourceTree>> _trees = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _rootFs = [];
    private readonly ConcurrentBag<string> _directories = [];

    public BuilderServices Services => services;

    public BuildContext Context => context;

    public bool NoCache => noCache;

    public PinSet Pins { get; } = new();

    /// <summary>The tree of a snapshot, mounted read-only once a build.</summary>
    public SourceTree TreeOf(Snapshot snapshot) => _trees.GetOrAdd(snapshot.StateId, _ => new Lazy<SourceTree>(() => Open(snapshot))).Value;

    /// <summary>A directory of the build's own.</summary>
    public string NewDirectory()
    {
        var path = Path.Combine(services.TemporaryDirectory, NewId()[..16]);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _directories.Add(path);
        return path;
    }

    /// <summary>Adds a tree that goes with the build.</summary>
    public SourceTree Keep(string key, SourceTree tree)
    {
        var kept = _trees.GetOrAdd(key, _ => new Lazy<SourceTree>(() => tree)).Value;
        if (!ReferenceEquals(kept, tree)) tree.Dispose();
        return kept;
    }

    /// <summary>64 hexadecimal digits, as ids of containers are.</summary>
    public static string NewId() => System.Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public ValueTask DisposeAsync()
    {
        foreach (var tree in _trees.Values)
        {
            if (tree.IsValueCreated) tree.Value.Dispose();
        }

        foreach (var id in _rootFs) services.Layers.RemoveRootFs(id);
        foreach (var directory in _directories) BuildContext.Remove(directory);
        services.Cache.Release(Pins);
        return ValueTask.CompletedTask;
    }

    private SourceTree Open(Snapshot snapshot)
    {
        var id = "build-" + NewId()[..24];
        var rootFs = services.Layers.CreateRootFs(id, snapshot.Chain, ephemeral: true);
        _rootFs.Add(id);
        var mount = services.Layers.Mount(rootFs, readOnly: true);
        return new SourceTree(mount.Path, keepOwner: true, mount);
    }
}
