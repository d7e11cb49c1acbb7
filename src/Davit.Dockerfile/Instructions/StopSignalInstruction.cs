namespace Davit.Dockerfile.Instructions;

/// <summary>STOPSIGNAL.</summary>
/// <param name="Signal">Name or number.</param>
public sealed record StopSignalInstruction(string Signal) : Instruction;
