using Davit.Linux.Directories;

namespace Davit.Storage.Disk;

/// <summary>A raw descriptor for the length of a block, without a finalizer.</summary>
internal struct FileDescriptorLease(int fd) : IDisposable
{
    internal int Number { get; private set; } = fd;

    public void Dispose()
    {
        if (Number >= 0) FileIo.Close(Number);
        Number = -1;
    }
}
