using System.Runtime.InteropServices;
using Davit.Linux;

namespace Davit.Runtime.Lifecycle;

/// <summary>Stays with a process until it ends: signals and the terminal's bytes are passed on.</summary>
internal static unsafe class ForegroundProcess
{
    private const nuint GetSize = 0x5413, SetSize = 0x5414;
    private const short Readable = 1;
    private const int WindowChange = 28;
    private const int BufferSize = 16384;
    private static int s_signals = -1;

    /// <summary>All that others may send, but for SIGCHLD and SIGURG, which have a meaning of their own here, and those that tell of a defect of this process.</summary>
    private static ReadOnlySpan<byte> Forwarded => [1, 2, 3, 10, 12, 14, 15, 18, 20, 24, 25, 26, 27, WindowChange, 29, 30];

    /// <summary>Makes this process the one that reaps what the container's processes leave behind (PR_SET_CHILD_SUBREAPER, prctl(2)).</summary>
    internal static void Adopt() => LifecycleLibc.Call(157, 36, 1, 0, 0);

    /// <summary>From here on signals wait for the process, which is not there yet: one that comes during the start must not end this command alone.</summary>
    internal static void Expect() => s_signals = SignalPipe.Open(Forwarded);

    /// <summary>Waits; after <see cref="Expect"/>.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="pidFd">Its descriptor.</param>
    /// <param name="master">Its terminal, or -1.</param>
    /// <returns>Its exit code, 128 + signal when it was killed.</returns>
    internal static int Wait(int pid, int pidFd, int master)
    {
        var saved = stackalloc byte[128];
        var isTerminal = master >= 0 && LifecycleLibc.IsTerminal(0) == 1 && LifecycleLibc.GetAttributes(0, saved) == 0;
        if (isTerminal)
        {
            var raw = stackalloc byte[128];
            new ReadOnlySpan<byte>(saved, 128).CopyTo(new Span<byte>(raw, 128));
            LifecycleLibc.MakeRaw(raw);
            LifecycleLibc.SetAttributes(0, 0, raw);
            CopySize(master);
        }

        try
        {
            Relay(pid, pidFd, master, s_signals);
            return Reap(pidFd);
        }
        finally
        {
            if (isTerminal) LifecycleLibc.SetAttributes(0, 0, saved);
        }
    }

    internal static int Reap(int pidFd)
    {
        var information = stackalloc int[32];
        int result;
        do
        {
            // SAFETY: siginfo_t has 128 bytes.
            result = LifecycleLibc.WaitId(3, pidFd, information, 4);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINTR);
        return result < 0 ? 255 : information[2] == 1 ? information[6] : 128 + information[6];
    }

    private static void CopySize(int master)
    {
        var size = stackalloc ushort[4];
        if (LifecycleLibc.Ioctl(0, GetSize, size) == 0) LifecycleLibc.Ioctl(master, SetSize, size);
    }

    /// <summary>Passes on what comes until the process has ended, and then what it still wrote.</summary>
    private static void Relay(int pid, int pidFd, int master, int signals)
    {
        const int Master = 0, Input = 1, Process = 2, Signals = 3;
        var entries = stackalloc LifecycleLibc.PollEntry[4];
        var buffer = stackalloc byte[BufferSize];
        entries[Master] = new() { Fd = master, Events = Readable };
        entries[Input] = new() { Fd = master >= 0 ? 0 : -1, Events = Readable };
        entries[Process] = new() { Fd = pidFd, Events = Readable };
        entries[Signals] = new() { Fd = signals, Events = Readable };
        while (true)
        {
            var ready = LifecycleLibc.Poll(entries, 4, entries[Process].Fd < 0 ? 0 : -1);
            if (ready == 0) return;
            if (ready < 0) continue;
            if (entries[Signals].Fd >= 0 && entries[Signals].Results != 0) Forward(pid, master, signals);
            if (entries[Master].Fd >= 0 && entries[Master].Results != 0 && !Copy(master, 1, buffer)) entries[Master].Fd = entries[Input].Fd = -1;
            if (entries[Input].Fd >= 0 && entries[Input].Results != 0 && !Copy(0, master, buffer)) entries[Input].Fd = -1;
            if (entries[Process].Fd >= 0 && entries[Process].Results != 0) entries[Process].Fd = entries[Input].Fd = entries[Signals].Fd = -1;
        }
    }

    private static void Forward(int pid, int master, int signals)
    {
        byte number;

        // SAFETY: one byte of this frame.
        if (LifecycleLibc.Read(signals, &number, 1) != 1) return;
        if (number == WindowChange && master >= 0) CopySize(master);
        else LifecycleLibc.Kill(pid, number);
    }

    private static bool Copy(int from, int to, byte* buffer)
    {
        var read = LifecycleLibc.Read(from, buffer, BufferSize);
        if (read <= 0) return read < 0 && Marshal.GetLastPInvokeError() == (int)Errno.EINTR;
        for (nint done = 0; done < read;)
        {
            var written = LifecycleLibc.Write(to, buffer + done, read - done);
            if (written > 0) done += written;
            else if (Marshal.GetLastPInvokeError() != (int)Errno.EINTR) return false;
        }

        return true;
    }
}
