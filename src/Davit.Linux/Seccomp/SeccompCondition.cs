namespace Davit.Linux.Seccomp;

/// <summary>A condition on one argument of a system call.</summary>
/// <param name="Index">0 to 5.</param>
/// <param name="Comparison">How.</param>
/// <param name="Value">Value, or mask.</param>
/// <param name="Second">Value of a masked comparison.</param>
public readonly record struct SeccompCondition(int Index, SeccompComparison Comparison, ulong Value, ulong Second = 0);
