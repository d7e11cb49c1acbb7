namespace Davit.Runtime.Launch;

/// <summary>System call numbers of x86-64 that launch programs use (asm/unistd_64.h), and the codes of steps that are no system call.</summary>
internal static class SystemCall
{
    internal const int Read = 0;
    internal const int Write = 1;
    internal const int Open = 2;
    internal const int Close = 3;
    internal const int Fstat = 5;
    internal const int Poll = 7;
    internal const int Mmap = 9;
    internal const int Mprotect = 10;
    internal const int Munmap = 11;
    internal const int Brk = 12;
    internal const int RtSigaction = 13;
    internal const int RtSigprocmask = 14;
    internal const int Ioctl = 16;
    internal const int Pread64 = 17;
    internal const int Mremap = 25;
    internal const int Sendfile = 40;
    internal const int Socket = 41;
    internal const int Connect = 42;
    internal const int Sendto = 44;
    internal const int Sendmsg = 46;
    internal const int Recvmsg = 47;
    internal const int Shutdown = 48;
    internal const int Socketpair = 53;
    internal const int Setsockopt = 54;
    internal const int Kill = 62;
    internal const int Fcntl = 72;
    internal const int Getcwd = 79;
    internal const int Chdir = 80;
    internal const int Fchdir = 81;
    internal const int Mkdir = 83;
    internal const int Rmdir = 84;
    internal const int Fchown = 93;
    internal const int Umask = 95;
    internal const int Geteuid = 107;
    internal const int Setsid = 112;
    internal const int Setgroups = 116;
    internal const int Setresuid = 117;
    internal const int Setresgid = 119;
    internal const int Setfsuid = 122;
    internal const int Setfsgid = 123;
    internal const int Capset = 126;
    internal const int Personality = 135;
    internal const int Fstatfs = 138;
    internal const int PivotRoot = 155;
    internal const int Prctl = 157;
    internal const int Chroot = 161;
    internal const int Mount = 165;
    internal const int Umount2 = 166;
    internal const int Sethostname = 170;
    internal const int Setdomainname = 171;
    internal const int Keyctl = 250;
    internal const int IoprioSet = 251;
    internal const int Setxattr = 188;
    internal const int SchedSetaffinity = 203;
    internal const int SetMempolicy = 238;
    internal const int Openat = 257;
    internal const int Mkdirat = 258;
    internal const int Mknodat = 259;
    internal const int Fchownat = 260;
    internal const int Symlinkat = 266;
    internal const int Fchmodat = 268;
    internal const int Faccessat = 269;
    internal const int Unshare = 272;
    internal const int Dup3 = 292;
    internal const int Pipe2 = 293;
    internal const int Prlimit64 = 302;
    internal const int Setns = 308;
    internal const int SchedSetattr = 314;
    internal const int Seccomp = 317;
    internal const int MemfdCreate = 319;
    internal const int Bpf = 321;
    internal const int Execveat = 322;
    internal const int Execve = 59;
    internal const int ExitGroup = 231;
    internal const int Waitid = 247;
    internal const int PidfdSendSignal = 424;
    internal const int OpenTree = 428;
    internal const int MoveMount = 429;
    internal const int Fsopen = 430;
    internal const int Fsconfig = 431;
    internal const int Fsmount = 432;
    internal const int PidfdOpen = 434;
    internal const int Clone3 = 435;
    internal const int CloseRange = 436;
    internal const int Openat2 = 437;
    internal const int PidfdGetfd = 438;
    internal const int MountSetattr = 442;

    /// <summary>Default action for every signal that can have one.</summary>
    internal const int ResetSignals = -1;

    /// <summary>The working directory must lie inside the root: a path from outside reads <c>(unreachable)/…</c>.</summary>
    internal const int CheckDirectory = -2;

    /// <summary>Always fails, with the error number in the first argument.</summary>
    internal const int Fail = -3;

    /// <summary>Stores a slot as a 32-bit number into the program's data: slot, offset.</summary>
    internal const int StoreSlot = -4;

    /// <summary>Reads one byte of a slot's descriptor; the end of the file means that the parent is gone, and this process goes too.</summary>
    internal const int Gate = -5;

    /// <summary>Copies a small file (cgroup settings) to another one that is empty: source path, destination path.</summary>
    internal const int CopyFile = -6;

    /// <summary>Gives the streams to a user: user id.</summary>
    internal const int OwnStreams = -7;

    /// <summary>Ends when the parent is gone.</summary>
    internal const int CheckParent = -8;

    /// <summary>A slot's descriptor must be of procfs: whoever could mount something over /proc must not get what is written there.</summary>
    internal const int CheckProc = -9;

    /// <summary>Closes all descriptors from a number on but the report pipe, which closes with the execution: descriptor.</summary>
    internal const int CloseDescriptors = -10;

    /// <summary>A slot's file must be a node of this type and device number, else it fails with EEXIST: slot's descriptor, type, number.</summary>
    internal const int CheckDevice = -11;

    /// <summary>Reports to the parent with a descriptor: first number of the report, slot.</summary>
    internal const int HandOver = -12;
}
