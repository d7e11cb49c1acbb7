using Davit.Linux;
using Davit.Primitives;

namespace Davit.Archive.Unpack;

/// <summary>Failures of system calls on entries, with the entry's path.</summary>
internal static class UnpackErrors
{
    internal static DavitException From(Errno errno, string call, string path)
    {
        var kind = errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EIO or Errno.ENOENT ? ErrorKind.Internal : errno.Kind();
        var hint = errno is Errno.ENOSPC ? "free some space, for example by 'davit system prune'" : null;
        return new DavitException(kind, $"{call} {path}: {errno.Text()}", hint);
    }
}
