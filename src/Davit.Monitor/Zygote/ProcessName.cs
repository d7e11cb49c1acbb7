using System.Text;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Zygote;

/// <summary>The name that ps shows.</summary>
internal static unsafe class ProcessName
{
    internal static void Set(string name)
    {
        byte* text = stackalloc byte[16];
        new Span<byte>(text, 16).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(text, 15));
        // SAFETY: PR_SET_NAME (15) reads at most 16 bytes.
        Sys.ProcessControl(15, (nint)text, 0, 0, 0);
    }
}
