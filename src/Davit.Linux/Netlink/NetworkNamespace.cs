using Davit.Linux.Descriptors;
using Davit.Linux.Native;
using static Davit.Linux.Native.NetlinkNative;

namespace Davit.Linux.Netlink;

/// <summary>
/// Network namespaces. What changes the namespace of the calling thread may only be called on a thread that its caller owns for good:
/// a thread of a pool would carry the namespace into other work, and so would every thread that it starts meanwhile.
/// </summary>
public static unsafe class NetworkNamespace
{
    private const string OwnPath = "/proc/thread-self/ns/net";

    /// <summary>Opens the namespace of the calling thread.</summary>
    public static FileDescriptor OpenOwn() => Open(OwnPath);

    /// <summary>Opens a namespace by the path it is pinned at.</summary>
    /// <exception cref="LinuxException">Not there.</exception>
    public static FileDescriptor Open(string path)
    {
        var fd = NetlinkNative.Open(path, ORdOnly | OCloexec);
        return fd >= 0 ? new FileDescriptor(fd) : throw new LinuxException(LastErrno, "open", path);
    }

    /// <summary>Moves the calling thread into a namespace.</summary>
    public static void Enter(FileDescriptor target)
    {
        if (SetNs(target.Number, CloneNewNet) < 0)
        {
            throw new LinuxException(LastErrno, "setns", "network namespace");
        }
    }

    /// <summary>Moves the calling thread into a new, empty namespace.</summary>
    public static void EnterNew()
    {
        if (Unshare(CloneNewNet) < 0)
        {
            throw new LinuxException(LastErrno, "unshare", "network namespace");
        }
    }

    /// <summary>Pins the namespace of the calling thread at a path, so that it lives on without a process in it.</summary>
    public static void PinOwn(string path)
    {
        File.WriteAllBytes(path, []);
        if (Mount(OwnPath, path, null, MsBind, 0) < 0)
        {
            var errno = LastErrno;
            File.Delete(path);
            throw new LinuxException(errno, "mount", path);
        }
    }

    /// <summary>Takes a pin away; the namespace goes when no process is left in it. Nothing happens when there is none.</summary>
    public static void Unpin(string path)
    {
        while (Umount2(path, MntDetach) == 0)
        {
            // pins may lie over each other after a crash between mount and bookkeeping
        }

        File.Delete(path);
    }

    /// <summary>Whether a namespace is pinned at this path.</summary>
    public static bool IsPinned(string path)
    {
        StatFsBuffer buffer;
        // SAFETY: the buffer is a local with the size of struct statfs.
        return StatFs(path, &buffer) == 0 && buffer.Type == NsFsMagic;
    }
}
