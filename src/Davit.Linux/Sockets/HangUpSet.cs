using System.Runtime.InteropServices;
using Davit.Linux.Descriptors;

namespace Davit.Linux.Sockets;

/// <summary>
/// Sockets whose other side is watched: the kernel tells when a peer has closed both directions. .NET tells only that its input has ended, which a
/// half-close does too. <see cref="Add"/>, <see cref="Remove"/> and <see cref="Interrupt"/> may be called while another thread waits.
/// </summary>
public sealed unsafe partial class HangUpSet : IDisposable
{
    /// <summary>Token that <see cref="Interrupt"/> reports.</summary>
    public const long Interrupted = -1;

    private const int CloseOnExec = 0x80000; // O_CLOEXEC, which both calls take
    private const int OperationAdd = 1;
    private const int OperationDelete = 2;
    private const uint Readable = 1;
    private const uint OneShot = 1u << 30;
    private readonly FileDescriptor _epoll;
    private readonly FileDescriptor _bell;

    /// <summary>Makes an empty set.</summary>
    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public HangUpSet()
    {
        _epoll = Opened(EpollCreate(CloseOnExec), "epoll_create1");
        _bell = Opened(EventFd(0, CloseOnExec), "eventfd");
        Change(_bell, OperationAdd, Readable, Interrupted);
    }

    /// <summary>Watches a socket; its token is reported once.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void Add(SafeHandle socket, long token) => Change(socket, OperationAdd, OneShot, token); // hang-ups and errors need not be asked for

    /// <summary>Watches a socket no longer; a report that is under way may still come.</summary>
    public void Remove(SafeHandle socket)
    {
        try
        {
            Change(socket, OperationDelete, 0, 0);
        }
        catch (Exception error) when (error is LinuxException or ObjectDisposedException)
        {
            // a closed socket left the set by itself
        }
    }

    /// <summary>Waits for reports.</summary>
    /// <param name="tokens">Receives the tokens.</param>
    /// <returns>How many there are; 0 when a signal came.</returns>
    public int Wait(Span<long> tokens)
    {
        Span<Event> events = stackalloc Event[Math.Min(tokens.Length, 64)];
        int count;
        // SAFETY: the events lie on our stack and their number is told.
        fixed (Event* start = events) count = EpollWait(_epoll.Number, start, events.Length, -1);
        for (var i = 0; i < count; i++) tokens[i] = events[i].Token;
        return Math.Max(count, 0);
    }

    /// <summary>Ends the wait of another thread.</summary>
    public void Interrupt()
    {
        ulong one = 1;
        // SAFETY: eight bytes of a local; an event counter takes them or is full, and then it rings already.
        _ = Write(_bell.Number, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _epoll.Dispose();
        _bell.Dispose();
    }

    private void Change(SafeHandle watched, int operation, uint events, long token)
    {
        var change = new Event { Events = events, Token = token };
        var taken = false;
        try
        {
            watched.DangerousAddRef(ref taken);
            // SAFETY: the change lies on our stack, the handle is held for the call.
            if (EpollControl(_epoll.Number, operation, (int)watched.DangerousGetHandle(), &change) < 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "epoll_ctl");
        }
        finally
        {
            if (taken) watched.DangerousRelease();
        }
    }

    private static FileDescriptor Opened(int number, string call) => number >= 0 ? new(number) : throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), call);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int fd, Event* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, Event* events, int capacity, int milliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, ulong* value, nuint count);

    /// <summary><c>struct epoll_event</c> as x86-64 packs it.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Event
    {
        public uint Events;
        public long Token;
    }
}
