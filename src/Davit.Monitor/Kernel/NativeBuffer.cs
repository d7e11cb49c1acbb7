using Davit.Linux;

namespace Davit.Monitor.Kernel;

/// <summary>Pages straight from the kernel, outside the managed heap: a monitor gives them back when it falls quiet.</summary>
internal unsafe struct NativeBuffer
{
    internal byte* Pointer;
    internal int Length;

    /// <summary>Maps zeroed private pages; they cost nothing until touched.</summary>
    internal static NativeBuffer Allocate(int length)
    {
        nint at = Sys.Map(0, length, 3, 0x22, -1, 0);
        if (at == -1)
        {
            throw new LinuxException((Errno)Sys.Errno, "mmap");
        }

        // SAFETY: the mapping is ours and that long.
        return new NativeBuffer { Pointer = (byte*)at, Length = length };
    }

    /// <summary>The bytes.</summary>
    internal readonly Span<byte> Span => new(Pointer, Length);

    /// <summary>Gives the touched pages back to the kernel; the next access finds zeros.</summary>
    internal readonly void Forget() => Sys.Advise((nint)Pointer, Length, 4);

    /// <summary>Unmaps.</summary>
    internal void Free()
    {
        if (Pointer != null)
        {
            Sys.Unmap((nint)Pointer, Length);
            Pointer = null;
            Length = 0;
        }
    }
}
