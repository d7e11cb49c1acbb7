using Davit.Linux;
using Davit.Linux.Descriptors;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Runner;

/// <summary>Bytes in a memfd, on their way to another process.</summary>
internal static unsafe class MemoryBlock
{
    internal static FileDescriptor Create(string name, ReadOnlySpan<byte> bytes)
    {
        // MFD_CLOEXEC; kernels from 6.3 want to hear that nobody will execute it.
        int fd = Sys.MemoryFile(name, 9);
        if (fd < 0)
        {
            fd = Sys.MemoryFile(name, 1);
        }

        if (fd < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "memfd_create", name);
        }

        var file = new FileDescriptor(fd);
        int at = 0;
        while (at < bytes.Length)
        {
            fixed (byte* rest = bytes[at..])
            {
                // SAFETY: fixed, and that long.
                nint written = Sys.Write(fd, rest, bytes.Length - at);
                if (written < 0)
                {
                    var errno = (Errno)Sys.Errno;
                    file.Dispose();
                    throw new LinuxException(errno, "write", name);
                }

                at += (int)written;
            }
        }

        return file;
    }
}
