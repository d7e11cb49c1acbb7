namespace Davit.Dockerfile.Instructions;

/// <summary>WORKDIR.</summary>
/// <param name="Path">Absolute, or relative to the previous one.</param>
public sealed record WorkdirInstruction(string Path) : Instruction;
