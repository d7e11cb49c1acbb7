using static Davit.Linux.Native.DirectoryLibc;

namespace Davit.Linux.Directories;

/// <summary>Reading, writing and syncing raw descriptors; companions of <see cref="DirectoryCalls"/>.</summary>
public static unsafe class FileIo
{
    /// <summary>Writes all bytes.</summary>
    public static Errno WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var done = 0;
            while (done < bytes.Length)
            {
                // SAFETY: the span is pinned and the range lies inside it.
                var written = Write(fd, start + done, bytes.Length - done);
                if (written >= 0)
                {
                    done += (int)written;
                    continue;
                }

                var errno = DirectoryCalls.LastError();
                if (errno != Errno.EINTR) return errno;
            }
        }

        return Errno.None;
    }

    /// <summary>Reads once.</summary>
    /// <returns>Bytes read, 0 at the end, -1 with the error number.</returns>
    public static int Read(int fd, Span<byte> buffer, out Errno errno)
    {
        errno = Errno.None;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                // SAFETY: the span is pinned and the kernel writes at most its length.
                var read = Native.DirectoryLibc.Read(fd, start, buffer.Length);
                if (read >= 0) return (int)read;
                errno = DirectoryCalls.LastError();
                if (errno != Errno.EINTR) return -1;
            }
        }
    }

    /// <summary>Moves the position to an offset from the start.</summary>
    public static Errno SeekTo(int fd, long offset) => Seek(fd, offset, 0) < 0 ? DirectoryCalls.LastError() : Errno.None;

    /// <summary>Sets the size; new bytes read as zero.</summary>
    public static Errno SetSize(int fd, long size) => DirectoryCalls.Result(Truncate(fd, size));

    /// <summary>fsync(2).</summary>
    public static Errno Sync(int fd) => DirectoryCalls.Result(Fsync(fd));

    /// <summary>fdatasync(2).</summary>
    public static Errno SyncData(int fd) => DirectoryCalls.Result(FdataSync(fd));

    /// <summary>Starts writing a range to disk without waiting for it (sync_file_range(2)); a hint, so that its failure means nothing.</summary>
    public static void StartWriteBack(int fd, long offset, long length) => _ = SyncFileRange(fd, offset, length, 2);

    /// <summary>syncfs(2): everything of the file system that the descriptor is on.</summary>
    public static Errno SyncFileSystem(int fd) => DirectoryCalls.Result(SyncFs(fd));

    /// <summary>Takes an exclusive flock(2) lock.</summary>
    /// <returns>None, or EAGAIN when another open file has it.</returns>
    public static Errno TryLock(int fd) => DirectoryCalls.Result(Flock(fd, 2 | 4));

    /// <summary>Gives the flock(2) lock back at once, also when a process just being started still has a copy of the descriptor.</summary>
    public static void Unlock(int fd) => _ = Flock(fd, 8);

    /// <summary>Closes a raw descriptor.</summary>
    public static void Close(int fd) => _ = Native.Libc.Close(fd);
}
