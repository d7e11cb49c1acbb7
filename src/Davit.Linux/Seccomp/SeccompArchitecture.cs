namespace Davit.Linux.Seccomp;

/// <summary>An architecture whose system calls a process may make.</summary>
public enum SeccompArchitecture
{
    /// <summary>64-bit.</summary>
    X64,
    /// <summary>32-bit.</summary>
    X86,
    /// <summary>64-bit calls with 32-bit pointers.</summary>
    X32,
}
