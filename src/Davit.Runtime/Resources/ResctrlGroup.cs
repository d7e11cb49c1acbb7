using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Resources;

/// <summary>A class of caches and memory bandwidth in the kernel's resctrl file system (config-linux.md, "IntelRdt"; the kernel's resctrl.rst).</summary>
public sealed class ResctrlGroup
{
    private static readonly string[] Reserved = ["info", "mon_groups", "mon_data", ".", ".."];

    private readonly string _directory;
    private readonly string? _monitoring;
    private readonly bool _own;
    private readonly Action<string, string> _write;

    private ResctrlGroup(string directory, string? monitoring, bool own, Action<string, string> write)
    {
        (_directory, _monitoring, _own, _write) = (directory, monitoring, own, write);
    }

    /// <summary>Finds or makes the class that a configuration asks for, and writes its schemata.</summary>
    /// <param name="spec">The configuration; null for none.</param>
    /// <param name="id">Container id, which names a class without a name.</param>
    /// <param name="mount">Where resctrl is mounted, or null when it isn't.</param>
    /// <param name="write">Writes a text to a file; null writes for real.</param>
    /// <returns>The class, or null when none is asked for.</returns>
    /// <exception cref="DavitException">No resctrl, a schema of another form, a class that isn't there or has other schemata.</exception>
    public static ResctrlGroup? For(IntelRdtSpec? spec, string id, string? mount, Action<string, string>? write = null)
    {
        if (spec is null) return null;
        Check(spec);
        if (mount is null) throw new DavitException(ErrorKind.FailedPrecondition, "linux.intelRdt is asked for, and no resctrl file system is mounted", "mount -t resctrl resctrl /sys/fs/resctrl, where the processor has it");
        write ??= Write;
        var name = string.IsNullOrEmpty(spec.ClosID) ? id : spec.ClosID;
        var directory = name == "/" ? mount : Path.Combine(mount, name);
        IReadOnlyList<string> lines = [.. new[] { spec.L3CacheSchema, spec.MemBwSchema }.OfType<string>().Where(s => s.Length > 0), .. spec.Schemata ?? []];
        var exists = Directory.Exists(directory);
        var made = false;
        string? monitoring = null;
        try
        {
            if (exists && !string.IsNullOrEmpty(spec.ClosID)) Compare(spec, directory);
            else if (!exists && !string.IsNullOrEmpty(spec.ClosID) && lines.Count == 0) throw new DavitException(ErrorKind.NotFound, $"linux.intelRdt.closID \"{name}\" has no class in {mount}", "make the class, or give it schemata");
            else if (!exists)
            {
                Directory.CreateDirectory(directory);
                made = true;
            }

            if (!exists || spec.Schemata is { Count: > 0 })
            {
                foreach (var line in exists ? spec.Schemata! : lines) write(directory + "/schemata", line);
            }

            if (spec.EnableMonitoring)
            {
                monitoring = $"{directory}/mon_groups/{id}";
                if (!Directory.Exists(directory + "/mon_groups") && !made) throw new DavitException(ErrorKind.FailedPrecondition, $"linux.intelRdt.enableMonitoring is asked for, and {directory} has no mon_groups", "this kernel or processor has no monitoring");
                Directory.CreateDirectory(monitoring);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DavitException)
        {
            if (made) Directory.Delete(directory);
            throw e as DavitException ?? new DavitException(ErrorKind.Internal, $"linux.intelRdt: {directory}: {e.Message}", inner: e);
        }

        return new ResctrlGroup(directory, monitoring, made && string.IsNullOrEmpty(spec.ClosID), write);
    }

    /// <summary>Changes the schemata of a running container's class; a container without one gets a class of its own.</summary>
    /// <param name="spec">The configuration that it has; null for none.</param>
    /// <param name="id">Container id.</param>
    /// <param name="processes">Its processes.</param>
    /// <param name="mount">Where resctrl is mounted, or null when it isn't.</param>
    /// <param name="cache">Line of the level 3 cache, or null.</param>
    /// <param name="bandwidth">Line of the memory bandwidth, or null.</param>
    /// <param name="write">Writes a text to a file; null writes for real.</param>
    /// <returns>True when it got a class.</returns>
    /// <exception cref="DavitException">The processor or the kernel has no such thing, or a line of another form.</exception>
    public static bool Update(IntelRdtSpec? spec, string id, IReadOnlyList<int> processes, string? mount, string? cache, string? bandwidth, Action<string, string>? write = null)
    {
        ArgumentNullException.ThrowIfNull(processes);
        if (!string.IsNullOrEmpty(cache) && !Directory.Exists(mount + "/info/L3")) throw new DavitException(ErrorKind.FailedPrecondition, "Intel RDT/CAT: l3 cache schema is not enabled", "mount -t resctrl resctrl /sys/fs/resctrl, where the processor has it");
        if (!string.IsNullOrEmpty(bandwidth) && !Directory.Exists(mount + "/info/MB")) throw new DavitException(ErrorKind.FailedPrecondition, "Intel RDT/MBA: memory bandwidth schema is not enabled", "mount -t resctrl resctrl /sys/fs/resctrl, where the processor has it");
        var wanted = new IntelRdtSpec { L3CacheSchema = cache, MemBwSchema = bandwidth };
        if (spec is null)
        {
            var made = For(wanted, id, mount, write)!;
            foreach (var process in processes) made.Assign(process);
            return true;
        }

        Check(wanted);
        foreach (var line in new[] { cache, bandwidth }.OfType<string>().Where(l => l.Length > 0)) (write ?? Write)(Of(spec, id, mount)!._directory + "/schemata", line);
        return false;
    }

    /// <summary>The class and monitoring group that a container has, for <see cref="Remove"/>; null when none goes with it.</summary>
    public static ResctrlGroup? Of(IntelRdtSpec? spec, string id, string? mount)
    {
        if (spec is null || mount is null) return null;
        var own = string.IsNullOrEmpty(spec.ClosID);
        var directory = own ? Path.Combine(mount, id) : spec.ClosID == "/" ? mount : Path.Combine(mount, spec.ClosID!);
        return new ResctrlGroup(directory, spec.EnableMonitoring ? $"{directory}/mon_groups/{id}" : null, own, Write);
    }

    /// <summary>Puts a process into the class, and into its monitoring group.</summary>
    public void Assign(int pid)
    {
        _write(_directory + "/tasks", $"{pid}");
        if (_monitoring is not null) _write(_monitoring + "/tasks", $"{pid}");
    }

    /// <summary>Removes what was made for the container alone.</summary>
    public void Remove()
    {
        if (_monitoring is not null && Directory.Exists(_monitoring)) Directory.Delete(_monitoring);
        if (_own && Directory.Exists(_directory)) Directory.Delete(_directory);
    }

    private static void Check(IntelRdtSpec spec)
    {
        if (spec.ClosID is { Length: > 0 } name && name != "/" && (name.Contains('/') || Reserved.Contains(name))) throw Invalid($"linux.intelRdt.closID \"{name}\" is no name of a class", "use a plain name, or /");
        if (spec.L3CacheSchema is { Length: > 0 } cache && (!cache.StartsWith("L3:", StringComparison.Ordinal) || cache.Contains('\n'))) throw Invalid($"linux.intelRdt.l3CacheSchema \"{cache}\" is no line that starts with L3:", "write for example L3:0=f");
        if (spec.MemBwSchema is { Length: > 0 } bandwidth && (!bandwidth.StartsWith("MB:", StringComparison.Ordinal) || bandwidth.Contains('\n'))) throw Invalid($"linux.intelRdt.memBwSchema \"{bandwidth}\" is no line that starts with MB:", "write for example MB:0=50");
        foreach (var line in spec.Schemata ?? []) if (line.Contains('\n')) throw Invalid($"linux.intelRdt.schemata \"{line}\" is more than a line", "make an entry of each line");
    }

    /// <summary>A class of somebody else's is used as it is: it must say what the configuration says.</summary>
    private static void Compare(IntelRdtSpec spec, string directory)
    {
        if (string.IsNullOrEmpty(spec.L3CacheSchema) && string.IsNullOrEmpty(spec.MemBwSchema)) return;
        var there = File.ReadAllLines(directory + "/schemata").Select(l => l.Trim()).ToList();
        foreach (var line in new[] { spec.L3CacheSchema, spec.MemBwSchema }.OfType<string>().Where(s => s.Length > 0))
        {
            var kind = line[..(line.IndexOf(':') + 1)];
            var given = line[kind.Length..].Split(';');
            var have = there.FirstOrDefault(l => l.StartsWith(kind, StringComparison.Ordinal))?[kind.Length..].Split(';') ?? [];
            if (given.Except(have).Any()) throw new DavitException(ErrorKind.FailedPrecondition, $"linux.intelRdt: class {directory} has {kind}{string.Join(';', have)}, not {line}", "use another closID");
        }
    }

    private static void Write(string path, string text) => File.WriteAllText(path, text + (path.EndsWith("/schemata", StringComparison.Ordinal) ? "\n" : ""));

    private static DavitException Invalid(string message, string hint) => new(ErrorKind.InvalidArgument, message, hint);
}
