using System.Text.Json;
using Davit.Engine.Containers.Model;
using Davit.Engine.Volumes;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Engine.Containers;

/// <summary>Where containers are written: documents for those that must survive a reboot, files in the run-time directory for <c>--rm</c> ones.</summary>
internal sealed class ContainerFiles(Instance instance, IDocumentStore documents)
{
    private const string Collection = "containers";
    private const string EphemeralDocument = "container.json";

    private readonly string _run = Path.Combine(instance.RunRoot, "containers");
    private readonly string _data = Path.Combine(instance.DataRoot, "containers");

    /// <summary>Directory of the monitor: socket, state; gone after a reboot.</summary>
    public string RunDirectory(string id) => Path.Combine(_run, id);

    /// <summary>Where the monitor mounts the root.</summary>
    public string RootPath(string id) => Path.Combine(_run, id, "rootfs");

    /// <summary>Where /dev/shm of a shareable container lies.</summary>
    public string SharedMemory(string id) => Path.Combine(_run, id, "shm");

    /// <summary>Directory of its own files: hosts, hostname, resolv.conf.</summary>
    public string OwnDirectory(ContainerModel model) => model.IsEphemeral ? RunDirectory(model.Id) : Path.Combine(_data, model.Id);

    public string LogDirectory(string id) => Path.Combine(_data, id, "log");

    /// <summary>How far the log has been sent elsewhere. Not in the log's directory: whoever follows the log would wake up with each writing.</summary>
    public string LogCursor(string id) => Path.Combine(_data, id, "log.cursor");

    public string ExitFile(ContainerModel model) => Path.Combine(OwnDirectory(model), "exit.json");

    public string Hostname(ContainerModel model) => Path.Combine(OwnDirectory(model), "hostname");

    public string Hosts(ContainerModel model) => Path.Combine(OwnDirectory(model), "hosts");

    public string ResolvConf(ContainerModel model) => Path.Combine(OwnDirectory(model), "resolv.conf");

    /// <summary>
    /// A layer below every image: <c>/.dockerenv</c>, by which programs tell that they are in a container. It lies on the file system of the other layers,
    /// for files of one tree must seem to be on one device.
    /// </summary>
    public string BaseLayer()
    {
        var directory = Path.Combine(instance.DataRoot, "base");
        var marker = Path.Combine(directory, ".dockerenv");
        if (File.Exists(marker)) return directory;
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(directory, mode);
        File.WriteAllBytes(marker, []);
        File.SetUnixFileMode(marker, mode);
        return directory;
    }

    /// <summary>Makes the directories of a new container.</summary>
    public void Make(ContainerModel model)
    {
        Directory.CreateDirectory(OwnDirectory(model), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Makes what a start needs; a reboot took the run-time directory with it.</summary>
    public void MakeForStart(ContainerModel model)
    {
        Directory.CreateDirectory(OwnDirectory(model), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(RunDirectory(model.Id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(RootPath(model.Id));
        Directory.CreateDirectory(LogDirectory(model.Id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(ExitFile(model));
    }

    /// <summary>Writes the model; returns when it is as safe as it will be.</summary>
    public async Task WriteAsync(ContainerModel model, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(model, ContainerJson.Default.ContainerModel);
        if (!model.IsEphemeral)
        {
            await documents.WriteAsync([new DocumentChange(Collection, model.Id, json)], cancellation).ConfigureAwait(false);
            return;
        }

        // Replaced by rename: a daemon killed in between leaves the old or the new one.
        var path = Path.Combine(RunDirectory(model.Id), EphemeralDocument);
        await File.WriteAllBytesAsync(path + ".new", json, cancellation).ConfigureAwait(false);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Removes everything of a container that is not its root file system.</summary>
    public async Task DeleteAsync(ContainerModel model)
    {
        if (!model.IsEphemeral) await documents.WriteAsync([new DocumentChange(Collection, model.Id, null)], CancellationToken.None).ConfigureAwait(false);
        TreeRemoval.Remove(RunDirectory(model.Id));
        TreeRemoval.Remove(Path.Combine(_data, model.Id));
    }

    /// <summary>Every container that is written anywhere; directories that belong to none are removed.</summary>
    public IReadOnlyList<ContainerModel> Load()
    {
        Directory.CreateDirectory(_run);
        Directory.CreateDirectory(_data);
        var models = documents.LoadAll(Collection).Values.Select(Read).ToDictionary(model => model.Id, StringComparer.Ordinal);
        foreach (var directory in Directory.EnumerateDirectories(_run))
        {
            var document = Path.Combine(directory, EphemeralDocument);
            if (File.Exists(document) && Read(File.ReadAllBytes(document)) is { } model) models.TryAdd(model.Id, model);
        }

        foreach (var directory in Directory.EnumerateDirectories(_data).Concat(Directory.EnumerateDirectories(_run)))
        {
            if (!models.ContainsKey(Path.GetFileName(directory))) TreeRemoval.Remove(directory);
        }

        return [.. models.Values];
    }

    private static ContainerModel Read(byte[] json) => JsonSerializer.Deserialize(json, ContainerJson.Default.ContainerModel)!;
}
