namespace Davit.Runtime.Launch;

/// <summary>Reports of the child: two numbers, the first an index of the step that failed (the second its error) or one of these; a descriptor may come with them.</summary>
internal static unsafe class LaunchReport
{
    /// <summary>Comes with the master of the child's terminal.</summary>
    internal const int TerminalReady = -1;

    /// <summary>The child waits at its start gate.</summary>
    internal const int AtStartGate = -2;

    /// <summary>Hooks are to run now; the second number is the <see cref="HookPoint"/>.</summary>
    internal const int AtHooks = -3;

    /// <summary>Comes with the descriptor of a directory to be copied; <see cref="CopyTo"/> follows.</summary>
    internal const int CopyFrom = -4;

    /// <summary>Comes with the descriptor of the directory that takes the copy.</summary>
    internal const int CopyTo = -5;

    /// <summary>The second number is the child's descriptor of its seccomp listener.</summary>
    internal const int ListenerReady = -6;

    /// <summary>The child can't let go of the runtime's executable file; the second number is the error number.</summary>
    internal const int Exposed = -7;

    /// <summary>Takes the next report.</summary>
    /// <param name="socket">The parent's end.</param>
    /// <param name="report">Room for two numbers.</param>
    /// <param name="descriptor">What came with it, or -1.</param>
    /// <returns>False at the end: the child has closed its end.</returns>
    internal static bool Receive(int socket, int* report, out int descriptor)
    {
        const int ControlLength = 24, CloseOnExec = 0x40000000, Interrupted = 4;
        descriptor = -1;
        var vector = stackalloc nint[2];
        var control = stackalloc long[3]; // struct cmsghdr: length, level and type, then the descriptor
        var message = stackalloc nint[7];
        (vector[0], vector[1]) = ((nint)report, 8);
        nint length;
        do
        {
            control[0] = 0;
            new Span<nint>(message, 7).Clear();
            (message[2], message[3], message[4], message[5]) = ((nint)vector, 1, (nint)control, ControlLength);

            // SAFETY: all structures live on this frame until the call is over.
            length = Kernel.Call(SystemCall.Recvmsg, socket, (nint)message, CloseOnExec);
        }
        while (length < 0 && Kernel.Errno == Interrupted);
        if (length == 8 && message[5] >= 20 && control[0] == 20) descriptor = (int)control[2];
        return length == 8;
    }
}
