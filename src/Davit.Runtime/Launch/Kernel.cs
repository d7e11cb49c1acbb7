using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Davit.Runtime.Launch;

/// <summary>
/// System calls without a transition of the managed runtime: a few instructions of our own, called through a managed function pointer. After a clone that shares
/// nothing with the runtime's other thread this is the only safe way out. The instructions are data of the executable: that works in one without a dynamic
/// linker, too. For threads that take turns; the error number is one for all. Integer arguments of both calling conventions agree on x86-64 alone.
/// </summary>
internal static unsafe partial class Kernel
{
    private const int ReadExecute = 5, PageSize = 4096, MostErrors = 4095;

    // assigned once by Prepare; fields without initializers need no class constructor, which the child could not run
    private static delegate*<nint, nint, nint, nint, nint, nint, nint, nint> _call;
    private static int _errno;

    /// <summary>Three bytes to align the rest by; endbr64; the number to rax, the arguments one register on (the fourth to r10, the seventh from the stack); syscall; ret.</summary>
    private static ReadOnlySpan<byte> Code =>
    [
        0x90, 0x90, 0x90, 0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d, 0x89, 0xc8, 0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05, 0xc3,
    ];

    /// <summary>Where the instructions lie, and how many bytes they are; what is mapped there must stay executable.</summary>
    internal static (long Start, long Length) CodeRange => ((long)(nint)_call, Code.Length);

    /// <summary>The error number of the last call that returned -1.</summary>
    internal static int Errno => _errno;

    /// <summary>Makes the instructions executable; call it before the first program runs.</summary>
    internal static void Prepare()
    {
        if (_call is not null) return;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) throw new PlatformNotSupportedException("containers start on x86-64 alone");

        // SAFETY: constant data lies in the executable's own mapping and never moves; its page is not written, so only the right to execute it is added.
        var code = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Code));
        var page = code & ~(PageSize - 1);
        if (Protect(page, code + Code.Length - page, ReadExecute) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "can't make the system call code executable");

        // a multiple of 4: NativeAOT marks fat function pointers with bit 1
        _call = (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)((code + 3) & ~3);
    }

    /// <summary>The one indirect call of the whole closure between clone and exec.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        var result = _call(number, a, b, c, d, e, f);
        if (result is >= 0 or < -MostErrors) return result;
        _errno = (int)-result;
        return -1;
    }

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nint length, int protection);
}
