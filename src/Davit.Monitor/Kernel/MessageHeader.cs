using System.Runtime.InteropServices;

namespace Davit.Monitor.Kernel;

/// <summary><c>struct msghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal byte* Name;
    internal int NameLength;
    internal IoVector* Vectors;
    internal nint VectorCount;
    internal byte* ControlData;
    internal nint ControlLength;
    internal int Flags;
}

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Base;
    internal nint Length;
}
