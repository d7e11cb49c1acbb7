namespace Davit.Monitor.Protocol;

/// <summary>What a message says. Numbers are the wire's: never reuse one.</summary>
internal enum MessageType : byte
{
    // daemon to zygote
    Lease = 1,
    Start = 2,
    EndZygote = 3,
    TrimZygote = 4,

    // daemon to monitor; the first one decides what a connection is for
    Hello = 10,
    Attach = 11,
    Exec = 12,
    Signal = 13,
    Resize = 14,
    Input = 15,
    CloseInput = 16,
    Trim = 17,
    Names = 18,

    // to the daemon
    Forked = 40,
    Started = 41,
    Failed = 42,
    Done = 43,
    Output = 44,
    Exited = 45,
}
