using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Runtime.Launch;

/// <summary>Copies what lies in a directory into another (mount option <c>tmpcopyup</c>): files, links, devices, owners, modes and times. Follows no link.</summary>
internal static class DirectoryCopy
{
    private const int BufferSize = 64 << 10, PrSetSecurebits = 28, NoSetuidFixup = 4;

    /// <summary>Copies all entries; the directory at the end takes owner and mode of the one at the start.</summary>
    /// <param name="from">Any descriptor of the source, O_PATH is enough.</param>
    /// <param name="to">The same of the destination, which is empty.</param>
    /// <exception cref="Primitives.DavitException">What could not be copied, and why.</exception>
    internal static void Copy(int from, int to)
    {
        Check(DirectoryCalls.Stat(to, "", out var root), "stat", "/");
        if (root.Uid == 0 && root.Gid == 0)
        {
            Inside(from, to, "/", new byte[BufferSize]);
            return;
        }

        // a file system of another user namespace takes files only of owners that it knows: become its root for as long as this takes, with our rights kept
        Kernel.Call(SystemCall.Prctl, PrSetSecurebits, NoSetuidFixup);
        Kernel.Call(SystemCall.Setfsgid, (nint)root.Gid);
        Kernel.Call(SystemCall.Setfsuid, (nint)root.Uid);
        try
        {
            Inside(from, to, "/", new byte[BufferSize]);
        }
        finally
        {
            Kernel.Call(SystemCall.Setfsuid, 0);
            Kernel.Call(SystemCall.Setfsgid, 0);
            Kernel.Call(SystemCall.Prctl, PrSetSecurebits, 0);
        }
    }

    private static void Inside(int from, int to, string at, byte[] buffer)
    {
        var source = DirectoryCalls.Open(from, ".", OpenHow.Directory, 0, out var errno);
        if (source < 0) throw Failure(errno, "open", at);
        try
        {
            var names = new List<string>();
            Check(DirectoryListing.Read(source, names), "read", at);
            foreach (var name in names) Entry(source, to, name, at + name, buffer);
            Check(DirectoryCalls.Stat(source, ".", out var stat), "stat", at);
            Own(to, ".", stat, at);
        }
        finally
        {
            FileIo.Close(source);
        }
    }

    private static void Entry(int from, int to, string name, string at, byte[] buffer)
    {
        Check(DirectoryCalls.Stat(from, name, out var stat), "stat", at);
        if (stat.IsSymbolicLink)
        {
            var target = DirectoryCalls.ReadLink(from, name, out var errno) ?? throw Failure(errno, "readlink", at);
            Check(DirectoryCalls.MakeSymbolicLink(target, to, name), "symlink", at);
            Check(DirectoryCalls.ChangeOwner(to, name, stat.Uid, stat.Gid), "chown", at);
        }
        else if (stat.IsDirectory)
        {
            Check(DirectoryCalls.MakeDirectory(to, name, 0x1c0), "mkdir", at);
            Descend(from, to, name, at, buffer);
        }
        else if (stat.IsRegular)
        {
            File(from, to, name, at, buffer);
            Own(to, name, stat, at);
        }
        else
        {
            Check(DirectoryCalls.MakeNode(to, name, stat.Mode, stat.DeviceMajor, stat.DeviceMinor), "mknod", at);
            Own(to, name, stat, at);
        }

        Check(DirectoryCalls.SetTimes(to, name, stat.ModifiedSeconds, stat.ModifiedNanoseconds), "utimensat", at);
    }

    private static void Descend(int from, int to, string name, string at, byte[] buffer)
    {
        var source = DirectoryCalls.Open(from, name, OpenHow.Directory | OpenHow.NoFollow, 0, out var errno);
        if (source < 0) throw Failure(errno, "open", at);
        var target = DirectoryCalls.Open(to, name, OpenHow.Directory | OpenHow.NoFollow, 0, out errno);
        try
        {
            if (target < 0) throw Failure(errno, "open", at);
            Inside(source, target, at + "/", buffer);
        }
        finally
        {
            FileIo.Close(source);
            if (target >= 0) FileIo.Close(target);
        }
    }

    private static void File(int from, int to, string name, string at, byte[] buffer)
    {
        var source = DirectoryCalls.Open(from, name, OpenHow.NoFollow, 0, out var errno);
        if (source < 0) throw Failure(errno, "open", at);
        var target = DirectoryCalls.Open(to, name, OpenHow.Write | OpenHow.Create | OpenHow.Exclusive, 0x180, out errno);
        try
        {
            if (target < 0) throw Failure(errno, "create", at);
            for (int got; (got = FileIo.Read(source, buffer, out errno)) != 0;)
            {
                if (got < 0) throw Failure(errno, "read", at);
                Check(FileIo.WriteAll(target, buffer.AsSpan(0, got)), "write", at);
            }
        }
        finally
        {
            FileIo.Close(source);
            if (target >= 0) FileIo.Close(target);
        }
    }

    /// <summary>The owner first: a change of it takes set-user-id bits away.</summary>
    private static void Own(int directory, string name, FileStat stat, string at)
    {
        Check(DirectoryCalls.ChangeOwner(directory, name, stat.Uid, stat.Gid), "chown", at);
        Check(DirectoryCalls.ChangeMode(directory, name, stat.Mode & 0xfff), "chmod", at);
    }

    private static void Check(Errno errno, string call, string at)
    {
        if (errno != Errno.None) throw Failure(errno, call, at);
    }

    private static Exception Failure(Errno errno, string call, string at) => new LinuxException(errno, call, at).ToDavitException("tmpcopyup");
}
