namespace Davit.Dockerfile.Instructions;

/// <summary>FROM: begins a stage.</summary>
/// <param name="Base">Image, stage or <c>scratch</c>; variables not expanded.</param>
/// <param name="Name">Name of the stage in lower case, or null.</param>
/// <param name="Platform">Value of <c>--platform</c>, or null.</param>
public sealed record FromInstruction(string Base, string? Name, string? Platform) : Instruction;
