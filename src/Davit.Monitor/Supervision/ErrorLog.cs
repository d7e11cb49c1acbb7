using System.Text;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Supervision;

/// <summary>Lines on stderr, which is <c>monitors.log</c> in the run root. Console is not used: it would register signal handlers and start a thread.</summary>
internal static unsafe class ErrorLog
{
    internal static void Write(string line)
    {
        var text = Encoding.UTF8.GetBytes(line + "\n");
        fixed (byte* bytes = text)
        {
            // SAFETY: fixed, and that long.
            Sys.Write(2, bytes, text.Length);
        }
    }
}
