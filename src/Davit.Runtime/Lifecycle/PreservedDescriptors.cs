using Davit.Linux;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Lifecycle;

/// <summary>Descriptors from 3 on that the caller wants its process to keep (<c>--preserve-fds</c>).</summary>
internal static class PreservedDescriptors
{
    private const int First = 3, GetFlags = 1, CloseOnExec = 1;

    /// <summary>Refuses to keep what the caller did not pass: one of this program's own would stand at its number, and go into the container.</summary>
    /// <exception cref="DavitException">InvalidArgument: one of them is not there.</exception>
    internal static void Check(int count)
    {
        Kernel.Prepare();
        for (var fd = First; fd < First + count; fd++)
        {
            // what this program opens itself is close-on-exec
            var flags = Kernel.Call(SystemCall.Fcntl, fd, GetFlags);
            if (flags < 0 || (flags & CloseOnExec) != 0)
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"please check that preserved-fd {fd - First + 1} (of {count}) is present: stat /proc/self/fd/{fd}: {Errno.ENOENT.Text()}", "open it before, or preserve fewer");
            }
        }
    }
}
