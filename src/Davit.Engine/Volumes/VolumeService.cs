using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Davit.Engine.Events;
using Davit.Engine.Filters;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Engine.Volumes;

/// <summary>Volumes of the <c>local</c> driver: a directory each under the data root, or a mount that their options describe.</summary>
public sealed partial class VolumeService : IDisposable
{
    private const string Collection = "volumes";

    private readonly IDocumentStore _documents;
    private readonly EventHub _events;
    private readonly TimeProvider _time;
    private readonly string _root;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, HashSet<string>> _users = new(StringComparer.Ordinal);
    private readonly VolumeMounts _mounts;
    private IReadOnlyDictionary<string, VolumeModel> _volumes;

    /// <summary>Reads what is recorded.</summary>
    public VolumeService(Instance instance, IDocumentStore documents, EventHub events, TimeProvider time)
    {
        _documents = documents;
        _events = events;
        _time = time;
        _root = Path.Combine(instance.DataRoot, "volumes");
        _mounts = new VolumeMounts(_root);
        Directory.CreateDirectory(_root);
        File.SetUnixFileMode(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        _volumes = documents.LoadAll(Collection).Values.Select(document => JsonSerializer.Deserialize(document, VolumeJson.Default.VolumeModel)!)
            .ToDictionary(volume => volume.Name, StringComparer.Ordinal);
        RemoveUnrecorded();
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>All volumes.</summary>
    public IReadOnlyCollection<VolumeModel> List() => [.. _volumes.Values];

    /// <summary>A volume by name.</summary>
    /// <exception cref="DavitException">NotFound: <c>get NAME: no such volume</c>.</exception>
    public VolumeModel Get(string name) => Find(name) ?? throw new DavitException(ErrorKind.NotFound, $"get {name}: no such volume");

    /// <summary>A volume by name, or null.</summary>
    public VolumeModel? Find(string name) => _volumes.GetValueOrDefault(name);

    /// <summary>Where its content lies on the host.</summary>
    public string MountpointOf(VolumeModel volume) => Path.Combine(_root, volume.Name, "_data");

    /// <summary>How many containers have it.</summary>
    public int UsersOf(string name)
    {
        lock (_users) return _users.TryGetValue(name, out var users) ? users.Count : 0;
    }

    /// <summary>Bytes of its content, counted now; -1 when it can't be counted.</summary>
    public long SizeOf(VolumeModel volume) => TreeSize.Of(MountpointOf(volume));

    /// <summary>Volumes that filters select: dangling, driver, label, name.</summary>
    public IReadOnlyList<VolumeModel> Select(FilterSet filters)
    {
        filters.Validate("dangling", "driver", "label", "name");
        var dangling = filters.Boolean("dangling");
        return
        [
            .. _volumes.Values.Where(volume => (dangling is null || dangling == (UsersOf(volume.Name) == 0))
                    && filters.Exact("driver", volume.Driver) && filters.Labels(volume.Labels) && filters.Match("name", volume.Name))
                .OrderBy(volume => volume.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Makes a volume, or returns the one of that name.</summary>
    /// <param name="name">Name, or null or empty for an anonymous one.</param>
    /// <param name="driver">Only <c>local</c>; null or empty means it.</param>
    /// <param name="options">Driver options.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="cancellation">Gives up before anything is made.</param>
    /// <exception cref="DavitException">InvalidArgument: bad name or options; NotFound: unknown driver; Conflict: exists with another driver.</exception>
    public async Task<VolumeModel> CreateAsync(
        string? name, string? driver, IReadOnlyDictionary<string, string>? options, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(driver) && driver != "local")
        {
            throw new DavitException(ErrorKind.NotFound, $"create {name}: error looking up volume plugin {driver}: plugin \"{driver}\" not found", "volumes here have the driver local");
        }

        var anonymous = string.IsNullOrEmpty(name);
        if (!anonymous && (name!.Length < 2 || !NamePattern().IsMatch(name)))
        {
            throw new DavitException(ErrorKind.InvalidArgument, name.Length == 1
                ? "volume name is too short, names should be at least two alphanumeric characters"
                : $"create {name}: \"{name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
        }

        VolumeOptions.Validate(name, options);
        if (!anonymous && Find(name!) is { } known) return known;
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!anonymous && Find(name!) is { } meanwhile) return meanwhile;
            var volume = new VolumeModel
            {
                Name = anonymous ? RandomNumberGenerator.GetHexString(64, lowercase: true) : name!,
                Created = _time.GetUtcNow(),
                Options = options is { Count: > 0 } ? options : null,
                Labels = anonymous ? new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { ["com.docker.volume.anonymous"] = "" } : labels is { Count: > 0 } ? labels : null,
                Anonymous = anonymous,
            };
            Directory.CreateDirectory(MountpointOf(volume));
            await _documents.WriteAsync([new DocumentChange(Collection, volume.Name, JsonSerializer.SerializeToUtf8Bytes(volume, VolumeJson.Default.VolumeModel))], cancellation).ConfigureAwait(false);
            _volumes = new Dictionary<string, VolumeModel>(_volumes, StringComparer.Ordinal) { [volume.Name] = volume };
            _events.Publish("volume", "create", volume.Name, new Dictionary<string, string> { ["driver"] = volume.Driver });
            return volume;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Removes a volume that no container has.</summary>
    /// <exception cref="DavitException">NotFound (unless forced); Conflict: <c>remove NAME: volume is in use - [ids]</c>.</exception>
    public async Task RemoveAsync(string name, bool force, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Find(name) is not { } volume)
            {
                if (force) return;
                throw new DavitException(ErrorKind.NotFound, $"get {name}: no such volume");
            }

            string[] users;
            lock (_users) users = _users.TryGetValue(name, out var set) ? [.. set] : [];
            if (users.Length > 0) throw new DavitException(ErrorKind.Conflict, $"remove {name}: volume is in use - [{string.Join(", ", users)}]");
            _mounts.Unmount(volume);
            await _documents.WriteAsync([new DocumentChange(Collection, name, null)], CancellationToken.None).ConfigureAwait(false);
            _volumes = _volumes.Where(pair => pair.Key != name).ToDictionary(StringComparer.Ordinal);
            TreeRemoval.Remove(Path.Combine(_root, name));
            _events.Publish("volume", "destroy", name, new Dictionary<string, string> { ["driver"] = volume.Driver });
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Removes volumes that no container has: anonymous ones, or all with the filter <c>all=true</c>.</summary>
    /// <returns>Names removed, and bytes of their content.</returns>
    public async Task<(IReadOnlyList<string> Names, long Bytes)> PruneAsync(FilterSet filters, CancellationToken cancellation)
    {
        filters.Validate("all", "label", "label!");
        var all = filters.Boolean("all") ?? false;
        List<string> removed = [];
        long bytes = 0;
        foreach (var volume in _volumes.Values)
        {
            cancellation.ThrowIfCancellationRequested();
            if ((!all && !volume.Anonymous) || UsersOf(volume.Name) > 0 || !filters.Labels(volume.Labels) || !filters.LabelsAbsent(volume.Labels)) continue;
            var size = SizeOf(volume);
            try
            {
                await RemoveAsync(volume.Name, force: false, cancellation).ConfigureAwait(false);
            }
            catch (DavitException error) when (error.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
            {
                continue; // taken or gone meanwhile
            }

            removed.Add(volume.Name);
            bytes += Math.Max(0, size);
        }

        _events.Publish("volume", "prune", "", new Dictionary<string, string> { ["reclaimed"] = bytes.ToString() });
        return (removed, bytes);
    }

    /// <summary>Records that a container has a volume, from its creation to its removal.</summary>
    internal void Use(string name, string containerId)
    {
        lock (_users)
        {
            if (!_users.TryGetValue(name, out var users)) _users[name] = users = [];
            users.Add(containerId);
        }
    }

    /// <summary>Volumes that a container has.</summary>
    internal IReadOnlyList<string> UsedBy(string containerId)
    {
        lock (_users) return [.. _users.Where(pair => pair.Value.Contains(containerId)).Select(pair => pair.Key)];
    }

    /// <summary>The opposite of <see cref="Use"/>.</summary>
    internal void Release(string name, string containerId)
    {
        lock (_users)
        {
            if (_users.TryGetValue(name, out var users) && users.Remove(containerId) && users.Count == 0) _users.Remove(name);
        }
    }

    /// <summary>Makes its content available and returns where: mounts it when its options say so.</summary>
    internal string Mount(VolumeModel volume)
    {
        var path = MountpointOf(volume);
        Directory.CreateDirectory(path);
        _mounts.Mount(volume, path);
        return path;
    }

    /// <summary>Removes directories of volumes whose record was never written, or is deleted already.</summary>
    private void RemoveUnrecorded()
    {
        foreach (var directory in Directory.EnumerateDirectories(_root))
        {
            if (!_volumes.ContainsKey(Path.GetFileName(directory))) TreeRemoval.Remove(directory);
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")]
    private static partial Regex NamePattern();
}
