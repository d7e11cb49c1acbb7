using System.Globalization;
using Davit.Linux.Directories;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Checkpoint;

namespace Davit.Runtime.Lifecycle;

/// <summary>Saves a running container.</summary>
internal sealed partial class OciContainers
{
    private const string DumpLog = "dump.log";

    /// <summary>Saves a container's processes; without <c>--leave-running</c> and <c>--pre-dump</c> it is gone then.</summary>
    /// <exception cref="DavitException">No CRIU, or it can't; the container goes on.</exception>
    internal void Checkpoint(CheckpointRequest request)
    {
        var state = _containers.Read(request.Id);
        var status = _containers.Status(state, host.Cgroups);
        if (status is "created" or "stopped") throw new DavitException(ErrorKind.FailedPrecondition, $"Container cannot be checkpointed in {status} state");
        if (!Environment.IsPrivilegedProcess) settings.Warn("checkpoint is untested with rootless containers");
        var criu = CriuProgram.Find();
        request = Prepare(request, state.Cgroup, criu);
        criu.RequireFeatures(request.PreDump, request.LazyPages);
        var spec = state.Spec;
        var files = ExternalFiles.Of(state.Pid);
        using var images = OpenDirectory(request.ImagePath);
        using var work = request.WorkPath is { } path ? OpenDirectory(path) : null;
        var target = new CriuTarget
        {
            Images = images.Number,
            Work = work?.Number ?? -1,
            LogFile = DumpLog,
            ConfigurationFile = CriuTarget.ConfigurationOf(spec),
            Root = state.Rootfs,
            Pid = state.Pid,
            FreezeCgroup = Freezer(state),
            Files = [.. files.Where(f => f.StartsWith("file[", StringComparison.Ordinal)).Distinct()],
            Namespaces = [.. (spec.Linux?.Namespaces ?? []).Where(n => n.Type is "network" or "pid" && !string.IsNullOrEmpty(n.Path)).Select(n => (n.Type, NamespaceNumber(state.Pid, n.Type)))],
            Mounts = request.PreDump ? [] : [.. ExternalMounts.OfRunning(spec, state.Pid, host.Cgroups)],
        };
        if (!request.PreDump) ExternalFiles.Write(request.ImagePath, files);
        var ends = !request.LeaveRunning && !request.PreDump;
        try
        {
            using var connection = new CriuConnection(criu.Path, []);
            Finish(connection, request, connection.Run(CriuRequest.Dump(request, target), (notice, descriptor) =>
            {
                // from here on CRIU kills: a run that waits for the end is to leave the rest to this command
                if (ends && notice.Script == "post-dump") File.WriteAllText(Saved(request.Id), "");
                Notified(request, notice, descriptor);
            }), DumpLog);
        }
        catch
        {
            File.Delete(Saved(request.Id));
            throw;
        }

        settings.Debug($"container {request.Id}: saved in {request.ImagePath}");
        if (ends) Delete(request.Id, force: true);
    }

    /// <summary>Whether a container is still what it was: it may have been saved, and its id be free or another's.</summary>
    internal bool Knows(StateRecord state)
    {
        try
        {
            return !File.Exists(Saved(state.Id)) && _containers.Read(state.Id) is { } now && (now.Pid, now.StartTime) == (state.Pid, state.StartTime);
        }
        catch (DavitException)
        {
            return false;
        }
    }

    /// <summary>Makes the directories, and decides what the options leave open.</summary>
    private static CheckpointRequest Prepare(CheckpointRequest request, string cgroup, CriuProgram criu)
    {
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var path in new[] { request.ImagePath, request.WorkPath }.OfType<string>()) System.IO.Directory.CreateDirectory(path, Own);
        if (request.NetworkLock is not null) criu.Require(31700, "--network-lock");

        // CRIU's usual way is a tool that a host with nftables alone doesn't have
        else if (CriuProgram.Which("iptables-restore") is null && criu.Version >= 31700) request = request with { NetworkLock = NetworkLock.Nftables };
        if (request.LsmProfile is not null) criu.Require(31600, "--lsm-profile");
        if (request.LsmMountContext is not null) criu.Require(31600, "--lsm-mount-context");
        return cgroup.Length == 0 ? request with { CgroupMode = CgroupMode.Ignore } : request;
    }

    /// <summary>Sees CRIU off, and throws when it failed.</summary>
    private static void Finish(CriuConnection connection, CheckpointRequest request, CriuResponse response, string log)
    {
        var code = connection.Finish();
        var path = $"{request.WorkPath ?? request.ImagePath}/{log}";
        if (!response.Success) throw new DavitException(ErrorKind.Internal, $"criu failed: type {response.Kind switch { CriuRequestKind.PreDump => "PRE_DUMP", CriuRequestKind.Restore => "RESTORE", _ => "DUMP" }} errno {response.ErrorNumber}: {CriuLog.Reason(path)}");

        // after a dump of memory alone CRIU waits for the next request, and complains when none comes
        if (code != 0 && !request.PreDump) throw new DavitException(ErrorKind.Internal, $"criu failed: exit status {code}: {CriuLog.Reason(path)}");
    }

    /// <summary>A notification that a checkpoint and a restore have in common.</summary>
    private void Notified(CheckpointRequest request, CriuResponse notice, int descriptor)
    {
        settings.Debug($"criu: {notice.Script}");
        if (notice.Script == "status-ready" && request.StatusDescriptor >= 0)
        {
            if (FileIo.WriteAll(request.StatusDescriptor, [0]) != Linux.Errno.None) settings.Warn($"can't write to descriptor {request.StatusDescriptor} of --status-fd");
            FileIo.Close(request.StatusDescriptor);
        }

        if (descriptor >= 0) FileIo.Close(descriptor);
    }

    /// <summary>A file that is there from when a container has been saved until it is gone.</summary>
    private string Saved(string id) => _containers.Of(id) + "/checkpoint";

    private string? Freezer(StateRecord state) => state.Cgroup.Length == 0 ? null
        : host.Cgroups.IsUnified ? $"{host.Cgroups.UnifiedMount}/{state.Cgroup}" : host.Cgroups.MountOf("freezer") is { } mount ? $"{mount}/{state.Cgroup}" : null;

    private static ulong NamespaceNumber(int pid, string type)
    {
        var link = new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/{(type == "network" ? "net" : type)}")).LinkTarget ?? "";
        return ulong.Parse(link.AsSpan(link.IndexOf('[') + 1).TrimEnd(']'), CultureInfo.InvariantCulture);
    }

    private static Linux.Descriptors.FileDescriptor OpenDirectory(string path)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Directory, 0, out var errno);
        return fd >= 0 ? new(fd) : throw new Linux.LinuxException(errno, "open", path).ToDavitException("criu's directory");
    }
}
