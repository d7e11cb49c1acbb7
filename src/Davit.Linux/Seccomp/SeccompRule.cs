namespace Davit.Linux.Seccomp;

/// <summary>What happens on some system calls.</summary>
/// <param name="Names">Names of the calls; those that an architecture does not have are left out there.</param>
/// <param name="Action">SECCOMP_RET_ value with its data.</param>
/// <param name="Conditions">All of them must hold; empty for always.</param>
public sealed record SeccompRule(IReadOnlyList<string> Names, uint Action, IReadOnlyList<SeccompCondition> Conditions);
