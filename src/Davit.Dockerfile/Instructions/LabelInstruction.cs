namespace Davit.Dockerfile.Instructions;

/// <summary>LABEL.</summary>
/// <param name="Pairs">In order.</param>
public sealed record LabelInstruction(IReadOnlyList<KeyValue> Pairs) : Instruction;
