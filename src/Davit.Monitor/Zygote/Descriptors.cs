using Davit.Monitor.Kernel;

namespace Davit.Monitor.Zygote;

/// <summary>Descriptors of a fresh monitor.</summary>
internal static unsafe class Descriptors
{
    /// <summary>Closes everything but the standard three and these.</summary>
    internal static void KeepOnly(ReadOnlySpan<int> kept)
    {
        int* sorted = stackalloc int[PacketSocket.MaxDescriptors];
        for (int i = 0; i < kept.Length; i++)
        {
            int at = i;
            for (; at > 0 && sorted[at - 1] > kept[i]; at--)
            {
                sorted[at] = sorted[at - 1];
            }

            sorted[at] = kept[i];
        }

        uint from = 3;
        for (int i = 0; i < kept.Length; i++)
        {
            Close(from, (uint)sorted[i] - 1);
            from = (uint)sorted[i] + 1;
        }

        Close(from, uint.MaxValue);
    }

    private static void Close(uint from, uint to)
    {
        if (from <= to)
        {
            Sys.Syscall(Sys.SyscallCloseRange, (nint)from, (nint)to, 0, 0, 0, 0);
        }
    }
}
