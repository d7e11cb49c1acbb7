using System.Runtime.InteropServices;
using System.Text;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Zygote;

/// <summary>
/// The one thread of the runtime beside ours. A fork is safe only while it is parked: a copy made while it runs would wait for ever in its first
/// collection for a thread that does not exist.
/// </summary>
internal sealed unsafe class FinalizerThread
{
    private readonly byte* _path, _buffer;

    internal FinalizerThread()
    {
        var others = Directory.GetDirectories("/proc/self/task").Select(path => Path.GetFileName(path)!).Where(name => name != Sys.ProcessId().ToString()).ToArray();
        if (others.Length != 1)
        {
            throw new InvalidOperationException($"zygote has {others.Length + 1} threads: {string.Join(' ', others.Select(Name))}");
        }

        var bytes = Encoding.ASCII.GetBytes($"/proc/self/task/{others[0]}/stat\0");
        _path = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(_path, bytes.Length));
        _buffer = (byte*)NativeMemory.Alloc(512);
    }

    /// <summary>Waits until it is parked. Allocates nothing.</summary>
    internal void Quiesce()
    {
        GC.WaitForPendingFinalizers();
        while (!IsParked())
        {
            Sys.Yield();
        }
    }

    private static string Name(string tid) => File.ReadAllText($"/proc/self/task/{tid}/comm").Trim();

    private bool IsParked()
    {
        // SAFETY: the path is zero-terminated, the buffer has 512 bytes. open is call 2.
        int fd = (int)Sys.Syscall(2, (nint)_path, Sys.OCloexec, 0, 0, 0, 0);
        nint got = Sys.Read(fd, _buffer, 511);
        Sys.Close(fd);

        // The state stands two characters behind the last parenthesis, which ends the name.
        nint at = got - 1;
        while (at > 0 && _buffer[at] != (byte)')')
        {
            at--;
        }

        return at > 0 && _buffer[at + 2] == (byte)'S';
    }
}
