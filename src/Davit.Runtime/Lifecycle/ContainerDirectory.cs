using System.Globalization;
using System.Text.Json;
using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Lifecycle;

/// <summary>The containers under one root directory, a directory each.</summary>
internal sealed class ContainerDirectory(string root, bool mustExist)
{
    internal const string GateName = "exec.fifo";
    private const string StateName = "state.json";

    internal string Of(string id) => Path.Combine(root, id);

    internal string Gate(string id) => Path.Combine(root, id, GateName);

    /// <summary>Makes a container's directory; its name is then taken.</summary>
    internal void Claim(string id)
    {
        CheckId(id);
        if (Directory.Exists(Of(id))) throw new DavitException(ErrorKind.AlreadyExists, "container with given ID already exists", $"delete {id} first");
        Directory.CreateDirectory(Of(id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    internal void Write(StateRecord state)
    {
        var path = Path.Combine(Of(state.Id), StateName);
        StateFile.Write(path + ".new", state);
        File.Move(path + ".new", path, overwrite: true);
    }

    internal StateRecord Read(string id)
    {
        CheckId(id);
        try
        {
            return StateFile.Read(File.ReadAllBytes(Path.Combine(Of(id), StateName)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DavitException(ErrorKind.NotFound, "container does not exist", inner: e);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new DavitException(ErrorKind.DataLoss, $"the state of container {id} is damaged: {e.Message}", "delete it with --force", e);
        }
    }

    /// <summary>All containers by name; those being made are not among them yet.</summary>
    /// <exception cref="DavitException">NotFound: the directory that was named is not there.</exception>
    internal IReadOnlyList<StateRecord> All()
    {
        if (Directory.Exists(root)) return [.. Directory.GetDirectories(root).Where(d => File.Exists(Path.Combine(d, StateName))).Select(d => Read(Path.GetFileName(d))).OrderBy(s => s.Id, StringComparer.Ordinal)];
        return mustExist ? throw new DavitException(ErrorKind.NotFound, $"open {root}: no such file or directory") : [];
    }

    internal void Remove(string id)
    {
        if (Directory.Exists(Of(id))) Directory.Delete(Of(id), recursive: true);
    }

    /// <summary><c>created running paused stopped</c>.</summary>
    internal string Status(StateRecord state, CgroupHierarchies cgroups)
    {
        if (!IsAlive(state)) return "stopped";
        if (state.Cgroup.Length > 0 && CgroupFreezer.IsFrozen(cgroups, state.Cgroup)) return "paused";
        return File.Exists(Gate(state.Id)) ? "created" : "running";
    }

    internal StateView View(StateRecord state, CgroupHierarchies cgroups)
    {
        var status = Status(state, cgroups);
        return new()
        {
            OciVersion = state.OciVersion,
            Id = state.Id,
            Pid = status == "stopped" ? 0 : state.Pid,
            Status = status,
            Bundle = state.Bundle,
            Rootfs = state.Rootfs,
            Created = state.Created,
            Annotations = state.Spec.Annotations,
        };
    }

    internal static ContainerStateDocument Document(StateRecord state, string status) => new()
    {
        OciVersion = state.OciVersion,
        Id = state.Id,
        Pid = state.Pid,
        Status = status,
        Bundle = state.Bundle,
        Annotations = state.Spec.Annotations,
    };

    internal static bool IsAlive(StateRecord state) => state.Pid > 0 && Times(state.Pid) is { State: not ('Z' or 'X') } times && times.Start == state.StartTime;

    /// <summary>State letter and start of a process (proc_pid_stat(5)), or null when there is none.</summary>
    internal static (char State, ulong Start)? Times(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");

            // the name before may hold anything, also blanks and brackets
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], ulong.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void CheckId(string id)
    {
        if (id.Length is 0 or > 1024 || id is "." or ".." || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.'))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid container ID format: \"{id}\"", "use letters, digits and _ + - .");
        }
    }
}
