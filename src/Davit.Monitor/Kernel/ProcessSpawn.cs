using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux;

namespace Davit.Monitor.Kernel;

/// <summary>
/// Starts our own executable with chosen descriptors, in a session of its own and with all signals as a fresh process has them. Only davitd's
/// runner and the first stage of the zygote use it; monitors never exec.
/// </summary>
internal static unsafe partial class ProcessSpawn
{
    // sizes of glibc's opaque structures, with room to spare
    private const int ActionsSize = 128, AttributesSize = 512;

    private const short SetSignalDefaults = 4, SetSignalMask = 8, SetSession = 0x80;

    /// <summary>Starts a program; descriptors become 3, 4, … in it, its stdin is /dev/null, its output goes to a log file.</summary>
    internal static int Start(string path, IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors, string logFile)
    {
        byte* actions = stackalloc byte[ActionsSize];
        byte* attributes = stackalloc byte[AttributesSize];
        byte* everySignal = stackalloc byte[128];
        byte* noSignal = stackalloc byte[128];
        new Span<byte>(everySignal, 128).Fill(0xff);
        new Span<byte>(noSignal, 128).Clear();
        var strings = new List<nint>();
        byte** argv = stackalloc byte*[arguments.Count + 1];
        byte** environment = stackalloc byte*[2];
        int pid;

        // Sources are first moved above the targets, so that no dup2 overwrites one that is still to come.
        var moved = new int[descriptors.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = Sys.Control(descriptors[i], 1030, 64);
        }

        // SAFETY: the structures are larger than glibc's, are initialised first and destroyed last; strings live until the call returns.
        try
        {
            FileActionsInit(actions);
            AttributesInit(attributes);
            AttributesSetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession);
            AttributesSetSignalDefaults(attributes, everySignal);
            AttributesSetSignalMask(attributes, noSignal);
            FileActionsAddOpen(actions, 0, Native("/dev/null", strings), 0, 0);
            FileActionsAddOpen(actions, 1, Native(logFile, strings), Sys.OWrite | Sys.OCreate | Sys.OAppend, 0x180);
            FileActionsAddDup(actions, 1, 2);
            for (int i = 0; i < moved.Length; i++)
            {
                FileActionsAddDup(actions, moved[i], 3 + i);
            }

            for (int i = 0; i < arguments.Count; i++)
            {
                argv[i] = Native(arguments[i], strings);
            }

            argv[arguments.Count] = null;
            environment[0] = Native("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", strings);
            environment[1] = null;
            int errno = Sys.Spawn(&pid, path, actions, attributes, argv, environment);
            if (errno != 0)
            {
                throw new LinuxException((Errno)errno, "posix_spawn", path);
            }
        }
        finally
        {
            FileActionsDestroy(actions);
            AttributesDestroy(attributes);
            foreach (nint text in strings)
            {
                NativeMemory.Free((void*)text);
            }

            foreach (int fd in moved)
            {
                Sys.Close(fd);
            }
        }

        return pid;
    }

    /// <summary>Waits for a child that is about to end.</summary>
    internal static int Wait(int pid)
    {
        int* info = stackalloc int[32];
        // SAFETY: siginfo_t is 128 bytes. P_PID is 1, WEXITED 4.
        while (Sys.WaitId(1, pid, info, 4, null) < 0)
        {
            if (Sys.Errno != (int)Errno.EINTR)
            {
                return 255;
            }
        }

        return info[2] == 1 ? info[6] : 128 + info[6];
    }

    private static byte* Native(string text, List<nint> strings)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        byte* at = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(at, length));
        at[length] = 0;
        strings.Add((nint)at);
        return at;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    private static partial int FileActionsAddOpen(byte* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int FileActionsAddDup(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetSignalDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetSignalMask(byte* attributes, byte* signals);
}
