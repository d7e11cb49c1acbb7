using System.Globalization;
using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps of the parent that make the cgroups and set their limits, and of the child that joins them.</summary>
internal static class CgroupSteps
{
    private const long WriteOnly = 1 | RootSteps.OCloseOnExec;

    /// <summary>Plans the cgroups.</summary>
    /// <returns>Their directories, the one that counts memory first, and how many of them the child has to join.</returns>
    internal static (IReadOnlyList<string> Directories, int Joins) Create(ProgramWriter writer, CgroupHierarchies cgroups, string path, ResourcesSpec? resources)
    {
        // who may make devices, or attach programs to a cgroup, is not an ordinary user; its user namespace has no right to devices anyway
        if (!Environment.IsPrivilegedProcess && resources is not null) resources = resources with { Devices = null };
        var directories = new List<string>();
        if (cgroups.IsUnified)
        {
            var directory = MakeUnified(writer, cgroups, path);
            directories.Add(directory);
            foreach (var (file, value) in CgroupV2Limits.Of(resources))
            {
                if (file == CgroupV2Limits.BlockWeight) WriteWeight(writer, directory, value);
                else Write(writer, directory, file, value, CgroupV2Limits.MayMiss(file));
            }

            if (resources?.Devices is { Count: > 0 } devices) DeviceFilterSteps.Attach(writer, directory, devices);
            if (resources?.Pids?.Limit == 0)
            {
                // nobody is born into a cgroup of no processes, but may move there
                writer.Add($"open cgroup {directory}", SystemCall.Open, writer.String(directory + "/cgroup.procs"), WriteOnly);
                writer.Last(result: Slot.FirstCgroup);
                return (directories, 1);
            }

            writer.Add($"open cgroup {directory}", SystemCall.Open, writer.String(directory), RootSteps.ODirectory | RootSteps.OCloseOnExec);
            writer.Last(result: Slot.CgroupV2);
            writer.Header = writer.Header with { CloneCgroupSlot = Slot.CgroupV2 };
            return (directories, 0);
        }

        ResourceRules.CheckVersion1(cgroups, resources);
        var slot = Slot.FirstCgroup;
        foreach (var (controllers, mount) in cgroups.Version1)
        {
            var directory = MakeVersion1(writer, mount, path, controllers.Contains("cpuset"));
            if (controllers.Contains("memory")) directories.Insert(0, directory);
            else directories.Add(directory);
            WriteAll(writer, directory, [.. controllers.SelectMany(c => CgroupV1Limits.Of(c, resources))]);
            writer.Add($"open cgroup {directory}", SystemCall.Open, writer.String(directory + "/cgroup.procs"), WriteOnly);
            writer.Last(result: slot++);
        }

        return (directories, slot - Slot.FirstCgroup);
    }

    /// <summary>Steps of the child: into the cgroups that the parent opened.</summary>
    internal static void Join(ProgramWriter writer, int count)
    {
        for (var i = 0; i < count; i++) writer.Add("join the cgroup", SystemCall.Write, Argument.Slot(Slot.FirstCgroup + i), writer.String("0"), 1);
    }

    /// <summary>Steps of the parent: opens the existing cgroups of a running container, for exec.</summary>
    internal static int OpenExisting(ProgramWriter writer, CgroupHierarchies cgroups, string path, IReadOnlyDictionary<string, string> below)
    {
        if (cgroups.IsUnified)
        {
            if (below.Keys.FirstOrDefault(c => c.Length > 0) is { } controller) throw new Davit.Primitives.DavitException(Davit.Primitives.ErrorKind.InvalidArgument, $"--cgroup {controller}:{below[controller]}: cgroup version 2 has one path for all controllers", "leave the controller out");
            var directory = Path.Combine(cgroups.UnifiedMount!, path, below.GetValueOrDefault("") ?? "");
            writer.Add($"open cgroup {directory}", SystemCall.Open, writer.String(directory), RootSteps.ODirectory | RootSteps.OCloseOnExec);
            writer.Last(result: Slot.CgroupV2);
            writer.Header = writer.Header with { CloneCgroupSlot = Slot.CgroupV2 };
            return 0;
        }

        var slot = Slot.FirstCgroup;
        foreach (var (controllers, mount) in cgroups.Version1)
        {
            var own = controllers.Select(c => below.GetValueOrDefault(c)).FirstOrDefault(b => b is not null);
            var directory = Path.Combine(mount, path, own ?? below.GetValueOrDefault("") ?? "");
            writer.Add($"open cgroup {directory}", SystemCall.Open, writer.String(directory + "/cgroup.procs"), WriteOnly);
            writer.Last(result: slot++);
        }

        return slot - Slot.FirstCgroup;
    }

    private static string MakeUnified(ProgramWriter writer, CgroupHierarchies cgroups, string path)
    {
        var directory = cgroups.UnifiedMount!;
        var enable = string.Join(' ', cgroups.UnifiedControllers.Select(c => "+" + c));
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            // a controller is offered below only after it is enabled here; the write fails where processes live, and the limit then says so
            if (enable.Length > 0) Write(writer, directory, "cgroup.subtree_control", enable, tolerate: true);
            directory += "/" + part;
            writer.Add($"create cgroup {directory}", SystemCall.Mkdir, writer.String(directory), 0x1ed);
            writer.Last(tolerate: 17);
        }

        return directory;
    }

    private static string MakeVersion1(ProgramWriter writer, string mount, string path, bool cpuset)
    {
        var directory = mount;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var parent = directory;
            directory += "/" + parts[i];
            writer.Add($"create cgroup {directory}", SystemCall.Mkdir, writer.String(directory), 0x1ed);
            writer.Last(tolerate: 17, skipOnError: cpuset && i < parts.Length - 1 ? 2 : 0);
            if (!cpuset) continue;

            // a cpuset takes no process until it has CPUs and memory nodes; a container's own may have been made by somebody who left that out
            foreach (var file in (string[])["cpuset.cpus", "cpuset.mems"])
            {
                writer.Add($"set {file} of {directory}", SystemCall.CopyFile, writer.String($"{parent}/{file}"), writer.String($"{directory}/{file}"));
            }
        }

        return directory;
    }

    /// <summary>A file that takes several values one after the other is opened once: device rules are a dozen.</summary>
    private static void WriteAll(ProgramWriter writer, string directory, IReadOnlyList<(string File, string Value, bool Tolerate)> limits)
    {
        for (var i = 0; i < limits.Count;)
        {
            var (file, value, tolerate) = limits[i];
            if (tolerate)
            {
                Write(writer, directory, file, value, tolerate);
                i++;
                continue;
            }

            var what = $"set {file} of cgroup {directory} to ";
            Open(writer, directory, file, what + value);
            for (; i < limits.Count && limits[i].File == file; i++) Put(writer, what + limits[i].Value, limits[i].Value);
            writer.Add("", SystemCall.Close, Argument.Slot(Slot.Scratch));
        }
    }

    private static void Write(ProgramWriter writer, string directory, string file, string value, bool tolerate = false)
    {
        var what = $"set {file} of cgroup {directory} to {value}";
        Open(writer, directory, file, what);
        if (tolerate) writer.Last(result: Slot.Scratch, tolerate: 2, tolerate1: 13, skipOnError: 2);
        Put(writer, what, value);
        if (tolerate) writer.Last(tolerate: 16, tolerate1: 22, tolerate2: 95);
        writer.Add(what, SystemCall.Close, Argument.Slot(Slot.Scratch));
    }

    private static void Open(ProgramWriter writer, string directory, string file, string what)
    {
        writer.Add(what, SystemCall.Open, writer.String($"{directory}/{file}"), WriteOnly);
        writer.Last(result: Slot.Scratch);
    }

    private static void Put(ProgramWriter writer, string what, string value) =>
        writer.Add(what, SystemCall.Write, Argument.Slot(Slot.Scratch), writer.String(value), System.Text.Encoding.UTF8.GetByteCount(value));

    /// <summary>The weight of BFQ where the kernel has it, else that of the other schedulers, whose scale is another.</summary>
    private static void WriteWeight(ProgramWriter writer, string directory, string value)
    {
        Write(writer, directory, CgroupV2Limits.BlockWeight, value, tolerate: true);

        // what was found is closed, and the other one jumped over
        writer.Last(skipOnSuccess: 3);
        Write(writer, directory, "io.weight", CgroupV2Limits.IoWeight(value));
    }

    internal static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
