using System.Runtime.InteropServices;
using Davit.Linux;

namespace Davit.Runtime.Launch;

/// <summary>User namespaces that only carry mappings, for mounts that show other owners than the disk has (MOUNT_ATTR_IDMAP). Each needs a process for a moment.</summary>
internal static unsafe class MappingNamespaces
{
    private const ulong CloneNewUser = 0x10000000;

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
        var pipe = stackalloc int[2];
        if (Kernel.Call(SystemCall.Pipe2, (nint)pipe, 0x80000) < 0) throw Failure("pipe2");
        var information = stackalloc byte[128];
        var pidFd = -1;
        try
        {
            var pid = Clone(pipe, &pidFd);
            try
            {
                File.WriteAllText($"/proc/{pid}/uid_map", uidMap);
                File.WriteAllText($"/proc/{pid}/gid_map", gidMap);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, $"mappings {Line(uidMap)} and {Line(gidMap)} of a mount are refused: {e.Message}", "give both, none overlapping, within the ids of this user namespace", e);
            }

            fixed (byte* path = System.Text.Encoding.UTF8.GetBytes($"/proc/{pid}/ns/user\0"))
            {
                var descriptor = Kernel.Call(SystemCall.Open, (nint)path, 0x80000);
                return descriptor >= 0 ? (int)descriptor : throw Failure("open");
            }
        }
        finally
        {
            // the process ends with the pipe
            Kernel.Call(SystemCall.Close, pipe[0]);
            Kernel.Call(SystemCall.Close, pipe[1]);
            if (pidFd >= 0)
            {
                Kernel.Call(SystemCall.Waitid, 3, pidFd, (nint)information, 4, 0);
                Kernel.Call(SystemCall.Close, pidFd);
            }
        }
    }

    private static int Clone(int* pipe, int* pidFd)
    {
        var arguments = new ContainerLauncher.CloneArguments { Flags = CloneNewUser | ContainerLauncher.ClonePidFd, PidFd = (ulong)pidFd, ExitSignal = 17 };
        ulong all = ~0ul;
        ulong before = 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&all), (nint)(&before), 8);

        // SAFETY: the child runs Hold alone, which needs nothing of the runtime and never returns here.
        var pid = Kernel.Call(SystemCall.Clone3, (nint)(&arguments), sizeof(ContainerLauncher.CloneArguments));
        if (pid == 0) LaunchChild.Hold(pipe[0], pipe[1]);
        var errno = pid < 0 ? Kernel.Errno : 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&before), 0, 8);
        return pid < 0 ? throw new LinuxException((Errno)errno, "clone3", "user namespace").ToDavitException("can't map the owners of a mount") : (int)pid;
    }

    private static string Line(string map) => map.Trim().Replace("\n", ", ", StringComparison.Ordinal);

    private static Exception Failure(string call) => new LinuxException((Errno)Kernel.Errno, call, "user namespace").ToDavitException("can't map the owners of a mount");
}
