namespace Davit.Dockerfile.Instructions;

/// <summary>ENV.</summary>
/// <param name="Pairs">In order.</param>
public sealed record EnvInstruction(IReadOnlyList<KeyValue> Pairs) : Instruction;
