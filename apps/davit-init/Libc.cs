using System.Runtime.InteropServices;

namespace Davit.Init;

/// <summary>The C library, linked in.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport("libc", EntryPoint = "sigprocmask")]
    internal static partial int SignalMask(int how, byte* set, byte* old);

    [LibraryImport("libc", EntryPoint = "sigwaitinfo", SetLastError = true)]
    internal static partial int WaitForSignal(byte* set, byte* information);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true)]
    internal static partial int Execute(byte* path, byte** arguments);

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    internal static partial int Spawn(int* pid, byte* program, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int AttributesFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int AttributesDefault(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int AttributesMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    internal static partial int AttributesGroup(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "tcsetpgrp")]
    internal static partial int TakeTerminal(int fd, int group);

    [LibraryImport("libc", EntryPoint = "write")]
    internal static partial nint Write(int fd, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "_exit")]
    internal static partial void Exit(int code);
}
