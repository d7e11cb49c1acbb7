using System.Runtime.InteropServices;
using Davit.Primitives;

namespace Davit.Linux;

/// <summary>An error number of the kernel (errno(3)). Only those that code decides on have a name here.</summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,
    /// <summary>Operation not permitted.</summary>
    EPERM = 1,
    /// <summary>No such file or directory.</summary>
    ENOENT = 2,
    /// <summary>No such process.</summary>
    ESRCH = 3,
    /// <summary>Interrupted system call.</summary>
    EINTR = 4,
    /// <summary>Input/output error.</summary>
    EIO = 5,
    /// <summary>Argument list too long.</summary>
    E2BIG = 7,
    /// <summary>Exec format error.</summary>
    ENOEXEC = 8,
    /// <summary>Bad file descriptor.</summary>
    EBADF = 9,
    /// <summary>No child processes.</summary>
    ECHILD = 10,
    /// <summary>Resource temporarily unavailable.</summary>
    EAGAIN = 11,
    /// <summary>Cannot allocate memory.</summary>
    ENOMEM = 12,
    /// <summary>Permission denied.</summary>
    EACCES = 13,
    /// <summary>Device or resource busy.</summary>
    EBUSY = 16,
    /// <summary>File exists.</summary>
    EEXIST = 17,
    /// <summary>Invalid cross-device link.</summary>
    EXDEV = 18,
    /// <summary>No such device.</summary>
    ENODEV = 19,
    /// <summary>Not a directory.</summary>
    ENOTDIR = 20,
    /// <summary>Is a directory.</summary>
    EISDIR = 21,
    /// <summary>Invalid argument.</summary>
    EINVAL = 22,
    /// <summary>Too many open files.</summary>
    EMFILE = 24,
    /// <summary>Inappropriate ioctl for device.</summary>
    ENOTTY = 25,
    /// <summary>Text file busy.</summary>
    ETXTBSY = 26,
    /// <summary>No space left on device.</summary>
    ENOSPC = 28,
    /// <summary>Read-only file system.</summary>
    EROFS = 30,
    /// <summary>Broken pipe.</summary>
    EPIPE = 32,
    /// <summary>File name too long.</summary>
    ENAMETOOLONG = 36,
    /// <summary>Function not implemented.</summary>
    ENOSYS = 38,
    /// <summary>Directory not empty.</summary>
    ENOTEMPTY = 39,
    /// <summary>Too many levels of symbolic links.</summary>
    ELOOP = 40,
    /// <summary>No data available.</summary>
    ENODATA = 61,
    /// <summary>Operation not supported.</summary>
    EOPNOTSUPP = 95,
    /// <summary>Address already in use.</summary>
    EADDRINUSE = 98,
    /// <summary>Connection reset by peer.</summary>
    ECONNRESET = 104,
    /// <summary>Disk quota exceeded.</summary>
    EDQUOT = 122,
}

/// <summary>Texts and kinds of error numbers.</summary>
public static class ErrnoExtensions
{
    /// <summary>The C library's text in lower case, as Go prints it: <c>no such file or directory</c>.</summary>
    public static string Text(this Errno errno)
    {
        var text = Marshal.GetPInvokeErrorMessage((int)errno);
        return text.Length > 1 && char.IsUpper(text[0]) && !char.IsUpper(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    /// <summary>The kind of failure that the error number stands for.</summary>
    public static ErrorKind Kind(this Errno errno) => errno switch
    {
        Errno.ENOENT or Errno.ESRCH or Errno.ENODEV => ErrorKind.NotFound,
        Errno.EEXIST => ErrorKind.AlreadyExists,
        Errno.EINVAL or Errno.ENOTDIR or Errno.EISDIR or Errno.ENAMETOOLONG or Errno.ELOOP => ErrorKind.InvalidArgument,
        Errno.EPERM or Errno.EACCES => ErrorKind.Forbidden,
        Errno.EBUSY or Errno.EADDRINUSE or Errno.ENOTEMPTY => ErrorKind.Conflict,
        Errno.ENOSYS or Errno.EOPNOTSUPP => ErrorKind.NotImplemented,
        _ => ErrorKind.Internal,
    };
}
