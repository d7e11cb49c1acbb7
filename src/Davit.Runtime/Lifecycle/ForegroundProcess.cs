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

    /// <summary>Makes this process the one that reaps what the container's processes leave behind (PR_SET_CHILD_SUBREAPER, prctl(2)).</summary>
    internal static void Adopt() => LifecycleLibc.Call(157, 36, 1, 0, 0);

    /// <summary>Waits.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="pidFd">Its descriptor.</param>
    /// <param name="master">Its terminal, or -1.</param>
    /// <returns>Its exit code, 128 + signal when it was killed.</returns>
    internal static int Wait(int pid, int pidFd, int master)
    {
        var handlers = new List<PosixSignalRegistration>();
        foreach (var signal in (ReadOnlySpan<int>)[1, 2, 3, 10, 12, 15, WindowChange])
        {
            var number = signal;
            handlers.Add(PosixSignalRegistration.Create((PosixSignal)number, context =>
            {
                context.Cancel = true;
                if (number == WindowChange && master >= 0) CopySize(master);
                else LifecycleLibc.Kill(pid, number);
            }));
        }

        try
        {
            if (master >= 0) Relay(pidFd, master);
            return Reap(pidFd);
        }
        finally
        {
            foreach (var handler in handlers) handler.Dispose();
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

    private static void Relay(int pidFd, int master)
    {
        var saved = stackalloc byte[128];
        var raw = stackalloc byte[128];
        var isTerminal = LifecycleLibc.IsTerminal(0) == 1 && LifecycleLibc.GetAttributes(0, saved) == 0;
        if (isTerminal)
        {
            new ReadOnlySpan<byte>(saved, 128).CopyTo(new Span<byte>(raw, 128));
            LifecycleLibc.MakeRaw(raw);
            LifecycleLibc.SetAttributes(0, 0, raw);
            CopySize(master);
        }

        try
        {
            Pump(pidFd, master);
        }
        finally
        {
            if (isTerminal) LifecycleLibc.SetAttributes(0, 0, saved);
        }
    }

    private static void Pump(int pidFd, int master)
    {
        var entries = stackalloc LifecycleLibc.PollEntry[3];
        var buffer = stackalloc byte[BufferSize];
        entries[0] = new() { Fd = master, Events = Readable };
        entries[1] = new() { Fd = 0, Events = Readable };
        entries[2] = new() { Fd = pidFd, Events = Readable };
        while (true)
        {
            // once the process is gone only what it still wrote is waited for
            if (LifecycleLibc.Poll(entries, 3, entries[2].Fd < 0 ? 0 : -1) == 0) return;
            if (entries[0].Results != 0 && !Copy(master, 1, buffer)) return;
            if (entries[1].Fd >= 0 && entries[1].Results != 0 && !Copy(0, master, buffer)) entries[1].Fd = -1;
            if (entries[2].Fd >= 0 && entries[2].Results != 0) entries[2].Fd = entries[1].Fd = -1;
        }
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
