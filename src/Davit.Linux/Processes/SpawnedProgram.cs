using Davit.Linux.Descriptors;
using Davit.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Davit.Linux.Processes;

/// <summary>A running helper program. Dispose kills it when it still runs.</summary>
public sealed class SpawnedProgram : IAsyncDisposable
{
    private readonly FileDescriptor _pidFd;
    private readonly Task<int> _exited;

    internal SpawnedProgram(int pid, int pidFd, int input, int output, int error)
    {
        Pid = pid;
        _pidFd = new(pidFd);
        Input = input < 0 ? null : new FileStream(new SafeFileHandle(input, true), FileAccess.Write, 0);
        Output = output < 0 ? null : new FileStream(new SafeFileHandle(output, true), FileAccess.Read, 0);
        Error = error < 0 ? null : new FileStream(new SafeFileHandle(error, true), FileAccess.Read, 0);
        _exited = Task.Factory.StartNew(Reap, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Process id.</summary>
    public int Pid { get; }

    /// <summary>Its standard input, when it was asked for.</summary>
    public Stream? Input { get; }

    /// <summary>Its standard output, when it was asked for.</summary>
    public Stream? Output { get; }

    /// <summary>Its standard error, when it was asked for.</summary>
    public Stream? Error { get; }

    /// <summary>Exit code, 128 + signal when it was killed.</summary>
    public Task<int> WaitAsync(CancellationToken cancellation) => _exited.WaitAsync(cancellation);

    /// <summary>Sends a signal; nothing happens when it has ended.</summary>
    public void Signal(int signal)
    {
        if (!_exited.IsCompleted) _ = ProcessLibc.SendSignal(ProcessLibc.SysPidfdSendSignal, _pidFd.Number, signal, 0, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Signal(9);
        if (Input is not null) await Input.DisposeAsync().ConfigureAwait(false);
        await _exited.ConfigureAwait(false);
        if (Output is not null) await Output.DisposeAsync().ConfigureAwait(false);
        if (Error is not null) await Error.DisposeAsync().ConfigureAwait(false);
        _pidFd.Dispose();
    }

    private unsafe int Reap()
    {
        var information = stackalloc int[32];
        int result;
        do
        {
            // SAFETY: siginfo_t has 128 bytes.
            result = ProcessLibc.WaitId(3, _pidFd.Number, information, 4); // P_PIDFD, WEXITED
        }
        while (result < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == (int)Errno.EINTR);
        if (result < 0) return 255;
        return information[2] == 1 ? information[6] : 128 + information[6]; // CLD_EXITED
    }
}
