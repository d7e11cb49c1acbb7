using Davit.Oci.Runtime;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that show a container its cgroups: cgroup2 where that is all there is, else a directory with one mount a hierarchy.</summary>
internal static class CgroupMountSteps
{
    internal static void Mount(ProgramWriter writer, Spec spec, MountSpec mount, MountOptions options, PlanOptions plan)
    {
        var cgroups = plan.Host!.Cgroups;
        var own = spec.Linux?.Namespaces?.Any(n => n.Type == "cgroup" && string.IsNullOrEmpty(n.Path)) == true;
        if (cgroups.IsUnified)
        {
            if (own) MountSteps.FileSystem(writer, "cgroup", mount.Destination, "cgroup2", options);
            else BindHost(writer, spec, mount, Path.Combine(cgroups.UnifiedMount!, plan.CgroupPath ?? ""), mount.Destination, options, plan);
            return;
        }

        var what = $"error mounting \"cgroup\" to rootfs at \"{mount.Destination}\"";
        MountSteps.FileSystem(writer, "tmpfs", mount.Destination, "tmpfs", MountOptions.Parse(["nosuid", "nodev", "noexec", "mode=755"], mount.Destination));
        foreach (var (controllers, host) in cgroups.Version1)
        {
            var name = Path.GetFileName(host);
            var inside = $"{mount.Destination}/{name}";
            var readOnly = (options.MountFlags & MountOptions.ReadOnly) != 0 ? "ro" : "rw";
            if (own) MountSteps.FileSystem(writer, "cgroup", inside, "cgroup", MountOptions.Parse(["nosuid", "nodev", "noexec", readOnly, .. controllers.Select(c => c.StartsWith("name=", StringComparison.Ordinal) ? "none," + c : c)], inside));
            else BindHost(writer, spec, mount, Path.Combine(host, plan.CgroupPath ?? ""), inside, options, plan);
            if (controllers.Count < 2) continue;
            RootSteps.Open(writer, mount.Destination, Slot.Target, what);
            foreach (var controller in controllers.Where(c => c != name))
            {
                writer.Add(what, SystemCall.Symlinkat, writer.String(name), Argument.Slot(Slot.Target), writer.String(controller));
                writer.Last(tolerate: 17);
            }

            RootSteps.Close(writer, Slot.Target);
        }

        if ((options.MountFlags & MountOptions.ReadOnly) == 0) return;
        RootSteps.Open(writer, mount.Destination, Slot.Target, what);
        writer.Add(what, SystemCall.MountSetattr, Argument.Slot(Slot.Target), writer.String(""), 0x1000, writer.Words(1, 0, 0, 0), 32);
        RootSteps.Close(writer, Slot.Target);
    }

    private static void BindHost(ProgramWriter writer, Spec spec, MountSpec mount, string source, string inside, MountOptions options, PlanOptions plan)
    {
        var readOnly = (options.MountFlags & MountOptions.ReadOnly) != 0 ? "ro" : "rw";
        MountSteps.Mount(writer, spec, mount with { Type = "bind", Source = source, Destination = inside, Options = ["rbind", "nosuid", "nodev", "noexec", readOnly] }, plan);
    }
}
