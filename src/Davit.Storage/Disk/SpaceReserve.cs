using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Storage.Disk;

/// <summary>
/// Disk space set aside so that things can be stopped and removed when nothing else fits: removing an image or a container writes before it frees. Given up when
/// such a write finds the disk full, taken again when there is room.
/// </summary>
internal sealed class SpaceReserve(string path)
{
    /// <summary>A write-ahead log after a checkpoint that could not finish, and the pages that it then writes.</summary>
    private const int Bytes = 2 << 20;

    private bool _held;

    /// <summary>Takes the space when it is not held; a full disk is no error.</summary>
    internal void Take()
    {
        if (_held || !HasRoom()) return;
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Write | OpenHow.Create | OpenHow.NoFollow, 0x180, out _);
        if (fd < 0) return;
        using var file = new FileDescriptorLease(fd);
        if (DirectoryCalls.Stat(fd, "", out var stat) == Errno.None && stat.Size == Bytes)
        {
            _held = true;
            return;
        }

        // zeroes are written rather than promised: not every file system can set blocks aside
        var piece = new byte[64 << 10];
        var errno = FileIo.SetSize(fd, 0);
        for (var written = 0; written < Bytes && errno == Errno.None; written += piece.Length) errno = FileIo.WriteAll(fd, piece);
        _held = errno == Errno.None;
        if (!_held) Remove();
    }

    /// <summary>Gives the space up.</summary>
    /// <returns>False when there was none.</returns>
    internal bool Release()
    {
        if (!_held) return false;
        _held = false;
        return Remove();
    }

    // with little left the space is better used by who asks for it
    private bool HasRoom()
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace > 8 * Bytes;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool Remove() => DirectoryCalls.Remove(DirectoryCalls.WorkingDirectory, path, isDirectory: false) == Errno.None;
}
