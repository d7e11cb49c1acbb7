using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Davit.Cli.Terminals;

/// <summary>Starts other programs for the client (credential helpers, git, davitd): posix_spawn(3), so that nothing of Process is linked in.</summary>
internal static unsafe partial class HelperProgram
{
    /// <summary>Runs a program to its end; 127 when it is not there.</summary>
    internal static (int Code, byte[] Output) Run(string program, IReadOnlyList<string> arguments, byte[] input)
    {
        int* pipes = stackalloc int[4];
        if (Pipe2(pipes, 0x80000) != 0 || Pipe2(pipes + 2, 0x80000) != 0) throw new IOException("pipe2 failed");
        var pid = Spawn(program, arguments, pipes[0], pipes[3], -1);
        using var writer = new FileStream(new SafeFileHandle(pipes[1], true), FileAccess.Write, 0);
        using var reader = new FileStream(new SafeFileHandle(pipes[2], true), FileAccess.Read, 0);
        Close(pipes[0]);
        Close(pipes[3]);
        if (pid < 0) return (127, []);
        try
        {
            writer.Write(input);
        }
        catch (IOException)
        {
            // it does not read its input, which is its right
        }

        writer.Dispose();
        using var output = new MemoryStream();
        reader.CopyTo(output);
        return (Wait(pid), output.ToArray());
    }

    /// <summary>Starts a program in a session of its own that outlives this one; its output goes to a file.</summary>
    /// <returns>Its process id, or -1 when it can't be started.</returns>
    internal static int StartDetached(string program, IReadOnlyList<string> arguments, string log)
    {
        using var output = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        using var nothing = File.OpenHandle("/dev/null");
        return Spawn(program, arguments, (int)nothing.DangerousGetHandle(), (int)output.SafeFileHandle.DangerousGetHandle(), (int)output.SafeFileHandle.DangerousGetHandle(), session: true);
    }

    /// <summary>Starts a program whose input and output are one end of a socket pair.</summary>
    /// <returns>The other end, or null when the program can't be started.</returns>
    internal static Socket? StartOnSocket(string program, IReadOnlyList<string> arguments)
    {
        int* pair = stackalloc int[2];

        // AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC
        if (SocketPair(1, 1 | 0x80000, 0, pair) != 0) throw new IOException("socketpair failed");
        var pid = Spawn(program, arguments, pair[1], pair[1], -1);
        Close(pair[1]);
        if (pid > 0) return new Socket(new SafeSocketHandle(pair[0], ownsHandle: true));
        Close(pair[0]);
        return null;
    }

    /// <summary>Replaces this process by a program.</summary>
    /// <param name="program">Path.</param>
    /// <param name="arguments">Arguments without the program's name.</param>
    /// <param name="more">Environment variables beside our own.</param>
    /// <returns>errno, when it did not work.</returns>
    internal static int Become(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> more)
    {
        foreach (var (name, value) in more) SetVariable(name, value, 1);
        var argv = Vector(program, arguments);
        var environment = *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
        Execute(program, argv, environment);
        var errno = Marshal.GetLastPInvokeError();
        Free(argv);
        return errno;
    }

    /// <summary>True when a program that this process started has ended.</summary>
    internal static bool HasEnded(int pid)
    {
        int status;

        // WNOHANG
        return WaitPid(pid, &status, 1) == pid;
    }

    private static byte** Vector(string program, IReadOnlyList<string> arguments)
    {
        var argv = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Count + 2), (nuint)sizeof(byte*));
        argv[0] = (byte*)Marshal.StringToCoTaskMemUTF8(program);
        for (var i = 0; i < arguments.Count; i++) argv[i + 1] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        return argv;
    }

    private static void Free(byte** argv)
    {
        for (var i = 0; argv[i] is not null; i++) Marshal.FreeCoTaskMem((nint)argv[i]);
        NativeMemory.Free(argv);
    }

    private static int Wait(int pid)
    {
        int status;
        while (WaitPid(pid, &status, 0) < 0 && Marshal.GetLastPInvokeError() == 4)
        {
            // interrupted: wait on
        }

        return (status & 0x7f) == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f);
    }

    private static int Spawn(string program, IReadOnlyList<string> arguments, int stdin, int stdout, int stderr, bool session = false)
    {
        // SAFETY: both structures are opaque to us and smaller than the space given (glibc x86-64: 80 and 336 bytes).
        byte* actions = stackalloc byte[512];
        byte* attributes = stackalloc byte[512];
        ActionsInit(actions);
        AttributesInit(attributes);
        var argv = Vector(program, arguments);
        try
        {
            AddDup2(actions, stdin, 0);
            AddDup2(actions, stdout, 1);
            if (stderr >= 0) AddDup2(actions, stderr, 2);
            if (session) SetFlags(attributes, 0x80);
            int pid;
            var environment = *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
            return SpawnProgram(&pid, program, actions, attributes, argv, environment) == 0 ? pid : -1;
        }
        finally
        {
            Free(argv);
            ActionsDestroy(actions);
            AttributesDestroy(attributes);
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* pipes, int flags);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, byte** argv, byte** environment);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDup2(byte* actions, int fd, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SpawnProgram(int* pid, string program, byte* actions, byte* attributes, byte** argv, byte** environment);
}
