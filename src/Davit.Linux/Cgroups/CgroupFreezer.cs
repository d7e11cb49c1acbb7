using Davit.Linux.Native;
using Davit.Primitives;

namespace Davit.Linux.Cgroups;

/// <summary>Stops all processes of a cgroup where they are, and lets them go on.</summary>
public static class CgroupFreezer
{
    private const int Rounds = 10_000;

    /// <summary>Stops them; returns when they stand.</summary>
    /// <exception cref="DavitException">No freezer here, no such cgroup, or a process that can't be stopped for ten seconds.</exception>
    public static void Freeze(CgroupHierarchies host, string cgroup) => Set(host, cgroup, true);

    /// <summary>Lets them go on.</summary>
    /// <exception cref="DavitException">No freezer here, or no such cgroup.</exception>
    public static void Thaw(CgroupHierarchies host, string cgroup) => Set(host, cgroup, false);

    /// <summary>Whether they stand.</summary>
    public static bool IsFrozen(CgroupHierarchies host, string cgroup)
    {
        ArgumentNullException.ThrowIfNull(host);
        var directory = Directory(host, cgroup);
        return host.IsUnified ? CgroupFile.Table(directory, "cgroup.events").GetValueOrDefault("frozen") == 1 : CgroupFile.Read(directory, "freezer.state") == "FROZEN";
    }

    private static void Set(CgroupHierarchies host, string cgroup, bool frozen)
    {
        ArgumentNullException.ThrowIfNull(host);
        var directory = Directory(host, cgroup);
        var (file, value) = host.IsUnified ? ("cgroup.freeze", frozen ? "1" : "0") : ("freezer.state", frozen ? "FROZEN" : "THAWED");
        for (var round = 0; round < Rounds; round++)
        {
            try
            {
                // version 1 stays FREEZING when a process was born meanwhile, until it is written again
                if (round == 0 || (!host.IsUnified && frozen)) File.WriteAllText($"{directory}/{file}", value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DavitException(ErrorKind.NotFound, $"unable to freeze: no cgroup {directory}", inner: e);
            }

            if (!frozen || IsFrozen(host, cgroup)) return;
            Libc.Poll(0, 0, round < 10 ? 0 : 1);
        }

        File.WriteAllText($"{directory}/{file}", host.IsUnified ? "0" : "THAWED");
        throw new DavitException(ErrorKind.Internal, $"unable to freeze: a process of {directory} does not stop");
    }

    private static string Directory(CgroupHierarchies host, string cgroup) =>
        (host.IsUnified ? host.UnifiedMount : host.MountOf("freezer")) is { } mount
            ? $"{mount}/{cgroup.Trim('/')}"
            : throw new DavitException(ErrorKind.FailedPrecondition, "unable to freeze: this host has no freezer cgroup");
}
