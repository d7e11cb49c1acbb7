namespace Davit.Dockerfile.Instructions;

/// <summary>ARG: declares build arguments.</summary>
/// <param name="Args">Names with their defaults.</param>
public sealed record ArgInstruction(IReadOnlyList<KeyValue> Args) : Instruction;
