using System.Runtime.InteropServices;

namespace Davit.Monitor.Kernel;

/// <summary><c>struct epoll_event</c> as x86-64 packs it.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct EpollEvent
{
    internal uint Events;
    internal long Data;
}
