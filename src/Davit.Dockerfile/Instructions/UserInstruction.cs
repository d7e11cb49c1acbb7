namespace Davit.Dockerfile.Instructions;

/// <summary>USER.</summary>
/// <param name="User"><c>name|uid[:group|gid]</c>.</param>
public sealed record UserInstruction(string User) : Instruction;
