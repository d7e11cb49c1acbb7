using Davit.Linux;

namespace Davit.Runtime.Launch;

/// <summary>User namespaces that only carry mappings, for mounts that show other owners than the disk has (MOUNT_ATTR_IDMAP). Each needs a process for a moment.</summary>
internal static unsafe class MappingNamespaces
{
    private const ulong CloneNewUser = 0x10000000;
    private const string Problem = "can't map the owners of a mount";

    /// <summary>Makes those that a plan asks for and puts their descriptors into its slots.</summary>
    internal static void Make(LaunchPlan plan)
    {
        var entry = (int*)((byte*)plan.Program + plan.Program->IdMaps);
        for (var i = 0; i < plan.Program->IdMapCount; i++, entry += 3)
        {
            // SAFETY: the planner wrote three numbers an entry: slot, and the offsets of both texts.
            plan.Program->Slots[entry[0]] = Make(plan.Text(entry[1]), plan.Text(entry[2]));
        }
    }

    private static int Make(string uidMap, string gidMap)
    {
        using var process = new HeldProcess(CloneNewUser, Problem);
        try
        {
            File.WriteAllText($"/proc/{process.Pid}/uid_map", uidMap);
            File.WriteAllText($"/proc/{process.Pid}/gid_map", gidMap);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, $"mappings {Line(uidMap)} and {Line(gidMap)} of a mount are refused: {e.Message}", "give both, none overlapping, within the ids of this user namespace", e);
        }

        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes($"/proc/{process.Pid}/ns/user\0"))
        {
            var descriptor = Kernel.Call(SystemCall.Open, (nint)path, 0x80000);
            return descriptor >= 0 ? (int)descriptor : throw new LinuxException((Errno)Kernel.Errno, "open", "user namespace").ToDavitException(Problem);
        }
    }

    private static string Line(string map) => map.Trim().Replace("\n", ", ", StringComparison.Ordinal);
}
