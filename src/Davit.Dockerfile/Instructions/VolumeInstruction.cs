namespace Davit.Dockerfile.Instructions;

/// <summary>VOLUME.</summary>
/// <param name="Paths">Mount points.</param>
public sealed record VolumeInstruction(IReadOnlyList<string> Paths) : Instruction;
