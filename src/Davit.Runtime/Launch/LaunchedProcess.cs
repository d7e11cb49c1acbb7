namespace Davit.Runtime.Launch;

/// <summary>A process that has been executed, or that waits at its start gate. The descriptors belong to the caller.</summary>
/// <param name="Pid">Process id as the caller sees it.</param>
/// <param name="PidFd">Descriptor of the process.</param>
/// <param name="TerminalMaster">Master side of its terminal, or -1.</param>
public readonly record struct LaunchedProcess(int Pid, int PidFd, int TerminalMaster);
