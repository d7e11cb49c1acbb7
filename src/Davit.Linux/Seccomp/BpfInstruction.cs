using System.Runtime.InteropServices;

namespace Davit.Linux.Seccomp;

/// <summary>struct sock_filter.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BpfInstruction(ushort Code, byte True, byte False, uint Value)
{
    internal const ushort JumpIfEqual = 0x15;
    internal const ushort JumpIfGreater = 0x25;
    internal const ushort JumpIfGreaterOrEqual = 0x35;

    internal static BpfInstruction LoadWord(uint offset) => new(0x20, 0, 0, offset);

    internal static BpfInstruction And(uint mask) => new(0x54, 0, 0, mask);

    internal static BpfInstruction Jump(ushort test, uint value, byte ifTrue, byte ifFalse) => new(test, ifTrue, ifFalse, value);

    internal static BpfInstruction JumpAlways(uint distance) => new(0x05, 0, 0, distance);

    internal static BpfInstruction Return(uint action) => new(0x06, 0, 0, action);
}
