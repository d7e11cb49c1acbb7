using Microsoft.Win32.SafeHandles;

namespace Davit.Linux.Descriptors;

/// <summary>An open file descriptor of any kind that this process owns; closed on dispose.</summary>
public sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of an open descriptor.</summary>
    /// <param name="fd">The descriptor's number, at least 0.</param>
    public FileDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number; valid while this object lives and is not disposed.</summary>
    public int Number => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Native.Libc.Close((int)handle) == 0;
}
