using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Davit.Network.Tests;

/// <summary>
/// The whole test process runs in network and mount namespaces of its own, so that nothing it does, and nothing it would leave behind, is on the machine.
/// It moves there before any other thread exists.
/// </summary>
internal static partial class OwnHost
{
    private const int NewMounts = 0x00020000;
    private const int NewNetwork = 0x40000000;

    /// <summary>Why the tests can't run here, or null.</summary>
    internal static string? Obstacle { get; private set; }

    [ModuleInitializer]
    internal static void Enter()
    {
        const ulong RecursivePrivate = (1 << 14) | (1 << 18);
        if (Unshare(NewMounts | NewNetwork) != 0 || Mount("none", "/", null, RecursivePrivate, 0) != 0)
        {
            Obstacle = $"no namespaces of its own for the test (root needed): {Marshal.GetLastPInvokeErrorMessage()}";
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, nint data);
}
