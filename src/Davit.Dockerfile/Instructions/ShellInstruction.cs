namespace Davit.Dockerfile.Instructions;

/// <summary>SHELL.</summary>
/// <param name="Shell">Program and its arguments.</param>
public sealed record ShellInstruction(IReadOnlyList<string> Shell) : Instruction;
