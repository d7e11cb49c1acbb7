using System.Globalization;
using System.Runtime.InteropServices;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Checkpoint;
using Davit.Runtime.Launch;
using Davit.Runtime.Planning;
using Davit.Runtime.Resources;
using Davit.Runtime.Systemd;

namespace Davit.Runtime.Lifecycle;

/// <summary>Brings a saved container back.</summary>
internal sealed partial class OciContainers
{
    private const string RestoreLog = "restore.log";

    /// <summary>Brings a container back; its first process is then a child of this one, and runs.</summary>
    /// <exception cref="DavitException">No CRIU, or it can't; nothing is left.</exception>
    internal LaunchedProcess Restore(CreateRequest place, CheckpointRequest request)
    {
        var bundle = Path.GetFullPath(place.Bundle);
        var (spec, config) = BundleDocument.Read(bundle, "config.json");
        var terminal = spec.Process?.Terminal == true;
        if (terminal && place.ConsoleSocket is null && place.Detach) throw new DavitException(ErrorKind.InvalidArgument, "cannot allocate tty if runc will detach without setting console socket", "use --console-socket");
        if (!terminal && place.ConsoleSocket is not null) throw new DavitException(ErrorKind.InvalidArgument, "cannot use console socket if runc will not detach or allocate tty", "set process.terminal");
        if (!Environment.IsPrivilegedProcess) settings.Warn("restore is untested with rootless containers");
        var criu = CriuProgram.Find();
        _containers.Claim(place.Id);
        try
        {
            return Restore(place, request, criu, bundle, spec, config);
        }
        catch
        {
            _containers.Remove(place.Id);
            throw;
        }
    }

    private LaunchedProcess Restore(CreateRequest place, CheckpointRequest request, CriuProgram criu, string bundle, Spec spec, byte[] config)
    {
        var files = ExternalFiles.Read(request.ImagePath);
        using var systemd = settings.CgroupManager == CgroupManager.Systemd ? new SystemdManager(!Environment.IsPrivilegedProcess) : null;
        var (state, unit) = Begin(place.Id, bundle, spec, config, systemd);
        var cgroup = state.Cgroup.Length > 0 ? state.Cgroup : null;
        request = Prepare(request, state.Cgroup, criu);
        RestoreMounts.MakePlaces(spec, new PlanOptions { Bundle = bundle, Host = host });
        var root = System.IO.Directory.CreateDirectory(_containers.Of(place.Id) + "/criu-root").FullName;
        var group = ResctrlGroup.For(spec.Linux?.IntelRdt, place.Id, host.Resctrl);
        using var points = new LaunchPoints(spec, group, Hooks(state, "creating"), _ => { });
        try
        {
            using var holder = unit is null or { IsSlice: true } ? null : new HeldProcess(0, "can't start a process for the scope");
            if (unit is not null) systemd!.StartTransient(unit.Unit, UnitProperties.OfNew(host.Cgroups, place.Id, unit.Unit, unit.Slice, holder?.Pid, spec));
            var restored = Restore(place, request, criu, ref state, root, files, points);
            System.IO.Directory.Delete(root);
            if (place.PidFile is { } file) WritePid(file, restored.Pid);
            settings.Debug($"container {place.Id}: process {restored.Pid} goes on in cgroup {cgroup ?? "of the caller"}");
            return restored;
        }
        catch
        {
            if (ContainerDirectory.IsAlive(state)) LifecycleLibc.Kill(state.Pid, Kill);
            if (state.CgroupDirectories.Count > 0) new Linux.Cgroups.CgroupSet(state.CgroupDirectories).KillAll();
            points.TryTakeBack(settings.Warn);
            TryStopUnit(state);
            RemoveCgroups(state.CgroupDirectories.Except(state.ForeignCgroups));
            Undo(state, group);
            throw;
        }
    }

    private LaunchedProcess Restore(CreateRequest place, CheckpointRequest request, CriuProgram criu, ref StateRecord state, string root, IReadOnlyList<string> files, LaunchPoints points)
    {
        var spec = state.Spec;
        using var mounts = RestoreMounts.HoldNamespace();
        var there = string.Create(CultureInfo.InvariantCulture, $"/proc/{mounts.Pid}/root");
        using var images = OpenDirectory(there + request.ImagePath);
        using var work = request.WorkPath is { } path ? OpenDirectory(there + path) : null;
        var given = (spec.Linux?.Namespaces ?? []).Where(n => !string.IsNullOrEmpty(n.Path)).ToList();
        if (given.Find(n => n.Type is "cgroup" or "mount") is { } other) throw new DavitException(ErrorKind.InvalidArgument, $"criu can't restore into the {other.Type} namespace {other.Path}", "leave its path out");
        var outside = given.Where(n => n.Type is "network" or "pid").ToList();
        var namespaces = outside.Select(n => OpenNamespace(n.Path!)).ToList();
        var (directories, joins) = ((IReadOnlyList<string>)[], 0);
        try
        {
            int[] streams = [.. Enumerable.Range(0, files.Count).Where(i => i < 3 && ExternalFiles.IsOutside(files[i]))];
            var rootfs = state.Rootfs;
            var cgroup = state.Cgroup;
            using var connection = new CriuConnection(
                criu.Path,
                [.. streams, .. namespaces.Select(n => n.Number)],
                writer =>
                {
                    // what CRIU makes is born where CRIU is
                    if (cgroup.Length == 0) return;
                    (directories, joins) = CgroupSteps.Create(writer, HostFor(cgroup).Cgroups, cgroup, spec.Linux?.Resources);
                    writer.Header = writer.Header with { CgroupCount = directories.Count, CgroupDirectories = writer.Bytes(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', directories) + '\0')) };
                },
                writer =>
                {
                    CgroupSteps.Join(writer, joins);
                    RestoreMounts.MountRoot(writer, mounts, rootfs, root);
                });
            state = state with { CgroupDirectories = directories };
            var target = new CriuTarget
            {
                Images = images.Number,
                Work = work?.Number ?? -1,
                LogFile = RestoreLog,
                ConfigurationFile = CriuTarget.ConfigurationOf(spec),
                Root = root,
                Mounts = [.. ExternalMounts.ToRestore(spec, rootfs, host.Cgroups, cgroup, state.Bundle)],
                Cgroups = cgroup.Length == 0 ? [] : CgroupsOf(connection.Pid),
                Inherited = [.. streams.Select(i => files[i]).Concat(outside.Select(n => CriuRequest.NamespaceKey(n.Type))).Zip(connection.Inherited)],
                Joined = [.. given.Where(n => n.Type is not ("network" or "pid")).Select(n => (n.Type, n.Path!))],
            };
            var written = state;
            var master = -1;
            try
            {
                var response = connection.Run(CriuRequest.Restore(request, target), (notice, descriptor) =>
                {
                    switch (notice.Script)
                    {
                        case "setup-namespaces":
                            RunHooks(points, notice.Pid);
                            break;
                        case "orphan-pts-master":
                            master = descriptor;
                            descriptor = -1;
                            if (place.ConsoleSocket is { } socket) DescriptorSocket.Send("console socket", socket, "terminal"u8, master);
                            break;
                        case "post-restore":
                            written = written with { Pid = notice.Pid, StartTime = ContainerDirectory.Times(notice.Pid)?.Start ?? 0, TimeNamespace = HasTimeNamespace(spec, notice.Pid) };
                            _containers.Write(written);
                            break;
                    }

                    Notified(request, notice, descriptor);
                });
                Finish(connection, request, response, RestoreLog);
                return new LaunchedProcess(response.Pid, OpenProcess(response.Pid), master);
            }
            catch
            {
                if (master >= 0) LifecycleLibc.Close(master);
                throw;
            }
            finally
            {
                state = written;
            }
        }
        finally
        {
            foreach (var fd in namespaces) fd.Dispose();
        }
    }

    /// <summary>Devices and hooks have their moment when the namespaces are there and nobody runs in them yet.</summary>
    private static void RunHooks(LaunchPoints points, int pid)
    {
        var pidFd = OpenProcess(pid);
        try
        {
            points.Run(HookPoint.Resources, new(pid, pidFd, -1));
            points.Run(HookPoint.Runtime, new(pid, pidFd, -1));
        }
        finally
        {
            LifecycleLibc.Close(pidFd);
        }
    }

    /// <summary>CRIU restores into a time namespace, so that clocks go on from where they were: whoever comes later has to join it.</summary>
    private static bool HasTimeNamespace(Spec spec, int pid)
    {
        string? Of(string process) => new FileInfo($"/proc/{process}/ns/time").LinkTarget;
        return spec.Linux?.Namespaces?.Any(n => n.Type == "time") != true && Of(pid.ToString(CultureInfo.InvariantCulture)) is { } theirs && theirs != Of("self");
    }

    private static List<(string Controllers, string Path)> CgroupsOf(int pid)
    {
        var cgroups = new List<(string, string)>();
        foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup")))
        {
            // number, controllers, path
            var parts = line.Split(':', 3);
            foreach (var controller in parts[1].Split(',')) cgroups.Add((controller, parts[2]));
        }

        return cgroups;
    }

    private static Linux.Descriptors.FileDescriptor OpenNamespace(string path)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Read, 0, out var errno);
        return fd >= 0 ? new(fd) : throw new LinuxException(errno, "open", path).ToDavitException("a namespace of the container");
    }
}
