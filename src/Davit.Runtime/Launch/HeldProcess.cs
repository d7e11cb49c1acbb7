using Davit.Linux;

namespace Davit.Runtime.Launch;

/// <summary>A process that does nothing but be there, for a namespace or a scope that needs one. It ends with this object, or with this process.</summary>
internal sealed unsafe class HeldProcess : IDisposable
{
    private readonly int _readEnd, _writeEnd;
    private readonly int _pidFd = -1;

    /// <summary>Starts it.</summary>
    /// <param name="namespaces">Flags of clone(2) for the namespaces that it is to have.</param>
    /// <param name="problem">Begins the message of a failure.</param>
    /// <exception cref="Primitives.DavitException">The kernel refuses; nothing is left.</exception>
    internal HeldProcess(ulong namespaces, string problem)
    {
        Kernel.Prepare();
        var pipe = stackalloc int[2];
        if (Kernel.Call(SystemCall.Pipe2, (nint)pipe, 0x80000) < 0) throw new LinuxException((Errno)Kernel.Errno, "pipe2").ToDavitException(problem);
        (_readEnd, _writeEnd) = (pipe[0], pipe[1]);
        var pidFd = -1;
        var arguments = new ContainerLauncher.CloneArguments { Flags = namespaces | ContainerLauncher.ClonePidFd, PidFd = (ulong)&pidFd, ExitSignal = 17 };
        ulong all = ~0ul;
        ulong before = 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&all), (nint)(&before), 8);

        // SAFETY: the child runs Hold alone, which needs nothing of the runtime and never returns here.
        var pid = Kernel.Call(SystemCall.Clone3, (nint)(&arguments), sizeof(ContainerLauncher.CloneArguments));
        if (pid == 0) LaunchChild.Hold(pipe[0], pipe[1]);
        var errno = pid < 0 ? Kernel.Errno : 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&before), 0, 8);
        (Pid, _pidFd) = ((int)pid, pidFd);
        if (pid >= 0) return;
        Dispose();
        throw new LinuxException((Errno)errno, "clone3").ToDavitException(problem);
    }

    /// <summary>Its number.</summary>
    internal int Pid { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kernel.Call(SystemCall.Close, _writeEnd);
        Kernel.Call(SystemCall.Close, _readEnd);

        // a container that waits for its start may hold a copy of the pipe: so not by its end alone
        if (_pidFd >= 0) ContainerLauncher.Abandon(_pidFd);
    }
}
