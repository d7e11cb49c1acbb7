using System.Runtime.InteropServices;

namespace Davit.Monitor.Protocol;

/// <summary>The first 16 bytes of every message; what follows depends on the type.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct MessageHead
{
    internal const int Size = 16;

    /// <summary>
    /// Version that a monitor or zygote of this build speaks. The daemon accepts this one and the one before, since containers outlive its upgrades;
    /// a zygote of another version is replaced, its monitors stay.
    /// </summary>
    internal const ushort CurrentVersion = 1, OldestVersion = CurrentVersion > 1 ? CurrentVersion - 1 : 1;

    /// <summary>Payload of one frame at most.</summary>
    internal const int MaxPayload = 64 * 1024;

    internal MessageType Type;

    /// <summary>Stream of output (1, 2); flags of attach and exec (<see cref="AttachFlags"/>).</summary>
    internal byte Stream;

    internal ushort Version;

    /// <summary>Number that a reply repeats.</summary>
    internal int Request;

    /// <summary>Pid, signal, size, exit code or length, by type.</summary>
    internal long Value;

    internal static bool Accepts(ushort version) => version is >= OldestVersion and <= CurrentVersion;

    /// <summary>Columns and rows as one value.</summary>
    internal static long PackSize(int columns, int rows) => ((long)columns << 32) | (uint)rows;
}
