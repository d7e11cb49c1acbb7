using Davit.Linux;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Systemd;

/// <summary>A process that stands in a new scope until the container's first one is there: systemd starts no scope without a process. It ends with this object, or with this process.</summary>
internal sealed unsafe class ScopeHolder : IDisposable
{
    private readonly int _readEnd, _writeEnd;
    private readonly int _pidFd;

    internal ScopeHolder()
    {
        Kernel.Prepare();
        var pipe = stackalloc int[2];
        if (Kernel.Call(SystemCall.Pipe2, (nint)pipe, 0x80000) < 0) throw Failure("pipe2");
        (_readEnd, _writeEnd) = (pipe[0], pipe[1]);
        var pidFd = -1;
        var arguments = new ContainerLauncher.CloneArguments { Flags = ContainerLauncher.ClonePidFd, PidFd = (ulong)&pidFd, ExitSignal = 17 };
        ulong all = ~0ul;
        ulong before = 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&all), (nint)(&before), 8);

        // SAFETY: the child runs Hold alone, which needs nothing of the runtime and never returns here.
        var pid = Kernel.Call(SystemCall.Clone3, (nint)(&arguments), sizeof(ContainerLauncher.CloneArguments));
        if (pid == 0) LaunchChild.Hold(pipe[0], pipe[1]);
        var errno = pid < 0 ? Kernel.Errno : 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&before), 0, 8);
        if (pid < 0) throw new LinuxException((Errno)errno, "clone3").ToDavitException("can't start a process for the scope");
        (Pid, _pidFd) = ((int)pid, pidFd);
    }

    internal int Pid { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        var information = stackalloc byte[128];
        Kernel.Call(SystemCall.Close, _writeEnd);
        Kernel.Call(SystemCall.Close, _readEnd);

        // a container that waits for its start holds a copy of the pipe
        Kernel.Call(SystemCall.PidfdSendSignal, _pidFd, 9, 0, 0);
        Kernel.Call(SystemCall.Waitid, 3, _pidFd, (nint)information, 4, 0);
        Kernel.Call(SystemCall.Close, _pidFd);
    }

    private static Exception Failure(string call) => new LinuxException((Errno)Kernel.Errno, call).ToDavitException("can't start a process for the scope");
}
