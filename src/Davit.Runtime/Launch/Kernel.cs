using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Davit.Runtime.Launch;

/// <summary>
/// System calls without a transition of the managed runtime: libc's <c>syscall</c> through a managed function pointer. After a clone that shares nothing
/// with the runtime's other thread this is the only safe way out. Integer arguments of both calling conventions agree on x86-64 alone.
/// </summary>
internal static unsafe class Kernel
{
    // assigned once by Prepare; fields without initializers need no class constructor, which the child could not run
    private static delegate*<nint, nint, nint, nint, nint, nint, nint, nint> _call;
    private static delegate*<int*> _errno;

    /// <summary>Finds the two functions; call it before the first program runs.</summary>
    internal static void Prepare()
    {
        if (_call is not null) return;
        var libc = NativeLibrary.Load("libc.so.6");
        var call = NativeLibrary.GetExport(libc, "syscall");
        var errno = NativeLibrary.GetExport(libc, "__errno_location");

        // NativeAOT marks fat function pointers with this bit; a libc address never has it
        if (((call | errno) & 2) != 0) throw new PlatformNotSupportedException("the C library's functions lie at odd addresses");

        // SAFETY: both functions take and return integers only, in registers, as managed code passes them on x86-64.
        _errno = (delegate*<int*>)errno;
        _call = (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)call;
    }

    /// <summary>The error number of the last call that returned -1.</summary>
    internal static int Errno
    {
        // one place for this indirect call too: check-child-closure looks for any other
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => *_errno();
    }

    /// <summary>The one indirect call of the whole closure between clone and exec.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) => _call(number, a, b, c, d, e, f);
}
