using System.Runtime.InteropServices;

namespace Davit.Runtime.Launch;

/// <summary>
/// One step of a launch program: a system call with its arguments, and what its failure means. Steps are data, so that the process between clone and exec
/// runs one small loop that touches nothing of the managed runtime.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaunchOp
{
    /// <summary>A number of <see cref="SystemCall"/>.</summary>
    internal int Code;

    /// <summary>Slot that keeps the result, or -1.</summary>
    internal short ResultSlot;

    /// <summary>Steps to skip when the call succeeds.</summary>
    internal short SkipOnSuccess;

    /// <summary>Steps to skip when the call fails with a tolerated error.</summary>
    internal short SkipOnError;

    /// <summary>Tolerated errors; 0 for none.</summary>
    internal short Tolerated0;

    /// <summary>A second tolerated error.</summary>
    internal short Tolerated1;

    /// <summary>A third tolerated error.</summary>
    internal short Tolerated2;

    /// <summary>Offset of the text that says what failed.</summary>
    internal int Message;

    /// <summary>Four bits an argument: an <see cref="ArgumentKind"/>.</summary>
    internal int Kinds;

    /// <summary>The six arguments.</summary>
    internal fixed long Arguments[6];
}

/// <summary>How an argument of a step is meant.</summary>
internal enum ArgumentKind
{
    /// <summary>The number itself.</summary>
    Literal = 0,

    /// <summary>Offset of data in the program: becomes a pointer.</summary>
    Data = 1,

    /// <summary>Number of a slot: becomes what the slot holds.</summary>
    Slot = 2,

    /// <summary>Number of a slot: becomes the text <c>/proc/self/fd/N</c> for the descriptor in it.</summary>
    SlotPath = 3,

    /// <summary>Becomes a pointer to 4096 bytes of scratch.</summary>
    Scratch = 4,
}
