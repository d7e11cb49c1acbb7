using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Supervision;

/// <summary>Replaces a small file at one stroke.</summary>
internal static unsafe class DurableFile
{
    internal static void Write(string path, ReadOnlySpan<byte> bytes, bool sync)
    {
        var temporary = path + ".new";
        int fd = Sys.Open(temporary, Sys.OWrite | Sys.OCreate | Sys.OTruncate | Sys.OCloexec, 0x180);
        if (fd < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "open", temporary);
        }

        nint written;
        fixed (byte* at = bytes)
        {
            // SAFETY: fixed, and that long.
            written = Sys.Write(fd, at, bytes.Length);
        }

        var errno = written == bytes.Length ? Errno.None : written < 0 ? (Errno)Sys.Errno : Errno.ENOSPC;
        if (sync && errno == Errno.None && Sys.Sync(fd) < 0)
        {
            errno = (Errno)Sys.Errno;
        }

        Sys.Close(fd);
        if (errno != Errno.None || Sys.Rename(temporary, path) < 0)
        {
            errno = errno == Errno.None ? (Errno)Sys.Errno : errno;
            Sys.Unlink(temporary);
            throw new LinuxException(errno, "write", path);
        }

        if (sync)
        {
            int directory = Sys.Open(Path.GetDirectoryName(path) ?? "/", Sys.ODirectory | Sys.OCloexec);
            Sys.Sync(directory);
            Sys.Close(directory);
        }
    }
}
