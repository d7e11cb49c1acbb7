using System.Runtime.InteropServices;

namespace Davit.Linux.Native;

/// <summary>C library calls of the network code, named as their manual pages.</summary>
internal static unsafe partial class NetlinkNative
{
    internal const int AfInet = 2;
    internal const int AfInet6 = 10;
    internal const int AfNetlink = 16;
    internal const int SockStream = 1;
    internal const int SockDgram = 2;
    internal const int SockRaw = 3;
    internal const int SockCloexec = 0x80000;
    internal const int SolSocket = 1;
    internal const int SoReuseAddr = 2;
    internal const int SoSndBufForce = 32;
    internal const int SoRcvBufForce = 33;
    internal const int SolNetlink = 270;
    internal const int NetlinkCapAck = 10;
    internal const int NetlinkExtAck = 11;
    internal const int IpProtoIpv6 = 41;
    internal const int Ipv6V6Only = 26;
    internal const int IpProtoIp = 0;
    internal const int IpFreeBind = 15;
    internal const int MsgPeek = 2;
    internal const int MsgTrunc = 0x20;
    internal const int MsgDontWait = 0x40;
    internal const int CloneNewNet = 0x40000000;
    internal const int ORdOnly = 0;
    internal const int OCloexec = 0x80000;
    internal const ulong MsBind = 4096;
    internal const int MntDetach = 2;
    internal const long NsFsMagic = 0x6e736673;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fd, void* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int fd, int backlog);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSockOpt(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetSockName(int fd, void* address, uint* length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Recv(int fd, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNs(int fd, int type);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string? type, ulong flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Umount2(string target, int flags);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatFs(string path, StatFsBuffer* buffer);

    /// <summary>struct statfs; only the type of the file system is read.</summary>
    internal struct StatFsBuffer
    {
        internal long Type;
        private fixed long _rest[15];
    }

    internal static Errno LastErrno => (Errno)Marshal.GetLastPInvokeError();
}
